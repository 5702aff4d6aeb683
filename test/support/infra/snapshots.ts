import { readFileSync } from 'node:fs';

export const exampleNames = ['public-evaluation', 'private-production', 'existing-vnet', 'sovereign-cloud'] as const;
export type ExampleName = (typeof exampleNames)[number];

/** A resource of an example as the compiler predicts it; what only Azure knows stays an expression. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

interface Snapshot {
  readonly predictedResources: readonly Resource[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** What an example deploys: `infra/compiled/<name>.snapshot.json`. */
export function readSnapshot(name: ExampleName): Snapshot {
  return JSON.parse(readFileSync(`infra/compiled/${name}.snapshot.json`, 'utf8')) as Snapshot;
}

/** Resources of a type, compared without case. */
export function resourcesOf(name: ExampleName, type: string): readonly Resource[] {
  return readSnapshot(name).predictedResources.filter((one) => one.type.toLowerCase() === type.toLowerCase());
}

/** Actions that the custom roles of an example grant, in lower case. */
export function grantedActions(name: ExampleName): readonly string[] {
  const roles = resourcesOf(name, 'Microsoft.Authorization/roleDefinitions');
  return roles.flatMap(({ properties }) =>
    (properties['permissions'] as readonly { readonly actions: readonly string[] }[]).flatMap(({ actions }) =>
      actions.map((action) => action.toLowerCase()),
    ),
  );
}
