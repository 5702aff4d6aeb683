import type { Outcome } from './play.js';
import type { Session } from './session.js';

/** The document of `--json`: what ended how, what differs from the scenario, and what it cost. */
export function describeOutcome(session: Session, mode: string, { snapshot, differences }: Outcome): object {
  const { status } = snapshot;
  return {
    scenario: session.azure.scenario.name,
    mode,
    endedAsDeclared: differences.length === 0,
    elapsedSeconds: Math.round(snapshot.elapsedSeconds * 10) / 10,
    differences,
    clusters: snapshot.clusters.map(({ name, kubernetesVersion }) => {
      const seen = status?.clusters.find((cluster) => cluster.name === name);
      return {
        name,
        kubernetesVersion,
        isolated: seen?.isolated,
        finding: seen?.finding,
        targets: seen?.targets ?? [],
      };
    }),
    registries: status?.registries ?? [],
    updateRuns: snapshot.updateRuns,
    gates: snapshot.gates,
    upgrades: snapshot.upgrades,
    events: snapshot.events,
    holds: snapshot.holds,
    problems: status?.problems ?? [],
    cost: {
      storageTransactions: session.storage.transactions(),
      requests: Object.fromEntries(session.azure.requestLog.entries()),
    },
  };
}
