import type { z } from 'zod';

/** The parts of a scenario that name each other. */
interface References {
  readonly registries: readonly { readonly name: string }[];
  readonly clusters: readonly {
    readonly name: string;
    readonly artifactSource: 'Cache' | 'Direct';
    readonly registry?: string | undefined;
    readonly components: readonly string[];
  }[];
  readonly componentVersions: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly fleets: readonly {
    readonly members: readonly { readonly cluster: string; readonly group: string }[];
    readonly updateRuns: readonly {
      readonly name: string;
      readonly upgradeType: 'Full' | 'NodeImageOnly';
      readonly kubernetesVersion?: string | undefined;
      readonly stages: readonly {
        readonly beforeGates: readonly { readonly displayName: string }[];
        readonly afterGates: readonly { readonly displayName: string }[];
        readonly groups: readonly {
          readonly name: string;
          readonly beforeGates: readonly { readonly displayName: string }[];
          readonly afterGates: readonly { readonly displayName: string }[];
        }[];
      }[];
    }[];
  }[];
  readonly events: readonly { readonly cluster: string }[];
  readonly faults: { readonly neverCaches: readonly { readonly registry: string }[] };
  readonly expect: {
    readonly clusters: readonly { readonly name: string }[];
    readonly updateRuns: readonly { readonly name: string }[];
    readonly gates: readonly { readonly displayName: string }[];
    readonly holds?: readonly { readonly cluster: string }[] | undefined;
  };
}

type Path = readonly (string | number)[];

/** Adds an issue for every name that names nothing and for names that are given twice. */
export function checkReferences(scenario: References, context: z.core.$RefinementCtx): void {
  const complain = (path: Path, message: string): void => {
    context.addIssue({ code: 'custom', path: [...path], message });
  };
  const clusters = new Set(scenario.clusters.map((cluster) => cluster.name));
  const wantCluster = (path: Path, name: string): void => {
    if (!clusters.has(name)) complain(path, `there is no cluster "${name}"`);
  };
  checkDuplicates(scenario, complain);
  checkClusters(scenario, complain);
  checkFleets(scenario, complain, wantCluster);
  scenario.events.forEach((event, index) => wantCluster(['events', index, 'cluster'], event.cluster));
  const registries = new Set(scenario.registries.map((registry) => registry.name));
  scenario.faults.neverCaches.forEach((entry, index) => {
    if (registries.has(entry.registry)) return;
    complain(['faults', 'neverCaches', index, 'registry'], `there is no registry "${entry.registry}"`);
  });
  checkExpectations(scenario, complain, wantCluster);
}

type Complain = (path: Path, message: string) => void;

function checkDuplicates(scenario: References, complain: Complain): void {
  for (const kind of ['registries', 'clusters'] as const) {
    const seen = new Set<string>();
    scenario[kind].forEach(({ name }, index) => {
      if (seen.has(name.toLowerCase())) complain([kind, index, 'name'], `"${name}" is there twice`);
      seen.add(name.toLowerCase());
    });
  }
}

function checkClusters(scenario: References, complain: Complain): void {
  const registries = new Set(scenario.registries.map((registry) => registry.name));
  scenario.clusters.forEach((cluster, index) => {
    const path = ['clusters', index, 'registry'];
    if (cluster.artifactSource === 'Cache' && cluster.registry === undefined)
      complain(path, 'a Cache cluster needs one');
    if (cluster.artifactSource === 'Direct' && cluster.registry !== undefined)
      complain(path, 'a Direct cluster has none');
    if (cluster.registry !== undefined && !registries.has(cluster.registry)) {
      complain(path, `there is no registry "${cluster.registry}"`);
    }
    cluster.components.forEach((component, position) => {
      for (const [minor, versions] of Object.entries(scenario.componentVersions)) {
        if (versions[component] !== undefined) continue;
        complain(['clusters', index, 'components', position], `componentVersions["${minor}"] has no "${component}"`);
      }
    });
  });
}

function checkFleets(scenario: References, complain: Complain, wantCluster: (path: Path, name: string) => void): void {
  scenario.fleets.forEach((fleet, index) => {
    const groups = new Set(fleet.members.map((member) => member.group));
    fleet.members.forEach((member, position) => {
      wantCluster(['fleets', index, 'members', position, 'cluster'], member.cluster);
    });
    fleet.updateRuns.forEach((run, runIndex) => {
      const version = ['fleets', index, 'updateRuns', runIndex, 'kubernetesVersion'];
      const isNamed = run.kubernetesVersion !== undefined;
      if (run.upgradeType === 'Full' && !isNamed) complain(version, 'a Full upgrade needs one');
      if (run.upgradeType === 'NodeImageOnly' && isNamed) complain(version, 'a NodeImageOnly upgrade has none');
      run.stages.forEach((stage, stageIndex) =>
        stage.groups.forEach((group, groupIndex) => {
          if (groups.has(group.name)) return;
          const path = ['fleets', index, 'updateRuns', runIndex, 'stages', stageIndex, 'groups', groupIndex, 'name'];
          complain(path, `no member is in group "${group.name}"`);
        }),
      );
    });
  });
}

function checkExpectations(
  scenario: References,
  complain: Complain,
  wantCluster: (path: Path, name: string) => void,
): void {
  const runs = scenario.fleets.flatMap((fleet) => fleet.updateRuns);
  const holders = runs.flatMap((run) => run.stages).flatMap((stage) => [stage, ...stage.groups]);
  const gates = new Set(
    holders.flatMap((one) => [...one.beforeGates, ...one.afterGates]).map((gate) => gate.displayName),
  );
  scenario.expect.clusters.forEach((cluster, index) =>
    wantCluster(['expect', 'clusters', index, 'name'], cluster.name),
  );
  scenario.expect.holds?.forEach(({ cluster }, index) => wantCluster(['expect', 'holds', index, 'cluster'], cluster));
  scenario.expect.updateRuns.forEach(({ name }, index) => {
    if (!runs.some((run) => run.name === name))
      complain(['expect', 'updateRuns', index, 'name'], `there is no run "${name}"`);
  });
  scenario.expect.gates.forEach(({ displayName }, index) => {
    if (!gates.has(displayName))
      complain(['expect', 'gates', index, 'displayName'], `there is no gate "${displayName}"`);
  });
}
