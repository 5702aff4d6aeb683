import type { StateIndex } from '../../shared/gate/decision/decide.js';
import type { SeenCluster } from '../../shared/gate/ports.js';
import type { StatusInput } from '../../shared/gate/status/status.js';
import { artifactName } from '../../shared/model/artifact.js';
import type { ArtifactState } from '../../shared/warming/state.js';
import { clusterId, now, policy, version } from './builders.js';
import { bundledOnly } from './catalog/idle-catalog.js';

/** States by artifact name, as gates read them. */
export const indexOf = (...states: readonly ArtifactState[]): StateIndex =>
  new Map(states.map((state) => [artifactName(state), state]));

export const seenOf = (name = 'one', changes: Partial<SeenCluster> = {}): SeenCluster => ({
  id: clusterId(name),
  name,
  kubernetesVersion: version('1.34.7'),
  isolated: true,
  seenAt: now,
  ...changes,
});

/** Of an app that has seen cluster one and nothing else. */
export const statusInput = (changes: Partial<StatusInput> = {}): StatusInput => ({
  version: '1.2.3',
  enforcement: { mode: 'enforce', scopes: [] },
  now,
  policy,
  clusters: [seenOf()],
  catalog: bundledOnly,
  ...{ targets: [], states: new Map(), judgements: [], fleetGates: [], breakGlasses: [], changes: [] },
  ...{ outages: [], holds: [], poison: [], problems: [], drift: [], throttled: [], deadlines: [], deadlineMarginMs: 0 },
  ...changes,
});
