import { isProvenAt } from '../../warming/proof-level.js';
import type { TargetRecord } from '../../warming/ports.js';
import type { ArtifactState } from '../../warming/state.js';
import type { GatePolicy, StateIndex } from '../decision/decide.js';

/** Counts of artifacts that targets of this registry require. */
export interface RegistryStatus {
  readonly loginServer: string;
  readonly required: number;
  readonly cached: number;
  readonly failed: number;
  readonly waiting: number;
}

/** @param states by registry key */
export function describeRegistries(
  targets: readonly TargetRecord[],
  states: ReadonlyMap<string, StateIndex>,
  now: Date,
  policy: GatePolicy,
): readonly RegistryStatus[] {
  const byServer = new Map<string, { registry: string; required: Set<string> }>();
  for (const { planned } of targets) {
    if (!planned) continue;
    const entry = byServer.get(planned.loginServer) ?? { registry: planned.registry, required: new Set<string>() };
    for (const { repository, tag } of planned.set.artifacts) entry.required.add(`${repository}:${tag}`);
    byServer.set(planned.loginServer, entry);
  }
  return [...byServer].sort().map(([loginServer, { registry, required }]) => {
    const found = [...required].map((name) => states.get(registry)?.get(name));
    const cached = found.filter((state) => state !== undefined && isProven(state, now, policy)).length;
    const failed = found.filter((state) => state?.phase === 'failed').length;
    return { loginServer, required: required.size, cached, failed, waiting: required.size - cached - failed };
  });
}

function isProven(state: ArtifactState, now: Date, policy: GatePolicy): boolean {
  return (
    isProvenAt(state, policy.proofLevel) && now.getTime() - (state.provenAt?.getTime() ?? 0) <= policy.maxProofAgeMs
  );
}
