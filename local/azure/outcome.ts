import { z } from 'zod';
import type { Scenario } from './scenario.js';
import type { World } from './world.js';

/** As much of `GET /api/status` as expectations speak of. */
const appStatus = z.object({
  clusters: z.array(
    z.object({
      name: z.string(),
      isolated: z.boolean(),
      targets: z.array(
        z.object({
          kubernetesVersion: z.string(),
          decision: z.string(),
          missing: z.array(z.object({ artifact: z.string() })),
        }),
      ),
    }),
  ),
});

type ExpectedTarget = Scenario['expect']['clusters'][number]['targets'][number];

/**
 * What does not hold (yet) of a scenario's expectations, one sentence each; empty when all hold.
 * Versions, runs and gates are read from the world, decisions from what the app says.
 * @param status the JSON of `GET /api/status`
 */
export function findUnmet(expected: Scenario['expect'], world: World, status: unknown): readonly string[] {
  const parsed = appStatus.safeParse(status);
  if (!parsed.success) return [`the app's status is of another shape: ${z.prettifyError(parsed.error)}`];
  return [
    ...expected.clusters.flatMap((cluster) => [
      ...compare(
        `cluster ${cluster.name}: version`,
        world.clusters.get(cluster.name)?.kubernetesVersion,
        cluster.kubernetesVersion,
      ),
      ...compareDecisions(cluster, parsed.data),
    ]),
    ...expected.updateRuns.flatMap(({ name, state }) => {
      const run = world.runs.find((one) => one.declared.name === name);
      return compare(`update run ${name}`, run?.state, state);
    }),
    ...expected.gates.flatMap(({ displayName, state }) => {
      const gate = world.gates.find((one) => one.displayName === displayName);
      return compare(`gate "${displayName}"`, gate?.state ?? 'NotReached', state);
    }),
  ];
}

function compareDecisions(
  expected: Scenario['expect']['clusters'][number],
  status: z.infer<typeof appStatus>,
): readonly string[] {
  const cluster = status.clusters.find((one) => one.name === expected.name);
  if (!cluster) return [`cluster ${expected.name}: the app does not know it`];
  return [
    ...compare(`cluster ${expected.name}: isolated`, cluster.isolated, expected.isolated),
    ...expected.targets.flatMap((target) => {
      const found = cluster.targets.find((one) => one.kubernetesVersion === target.version);
      const where = `cluster ${expected.name}, target ${target.version}`;
      return [
        ...compare(`${where}: decision`, found?.decision ?? 'none', target.decision),
        ...compareMissing(where, found?.missing.map((one) => one.artifact) ?? [], target),
      ];
    }),
  ];
}

function compareMissing(where: string, missing: readonly string[], target: ExpectedTarget): readonly string[] {
  if (target.decision !== 'closed') return [];
  return compare(`${where}: missing`, [...missing].sort().join(', '), [...target.missing].sort().join(', '));
}

function compare(what: string, got: string | boolean | undefined, wanted: string | boolean): readonly string[] {
  return got === wanted ? [] : [`${what} is ${String(got)}, expected ${String(wanted)}`];
}
