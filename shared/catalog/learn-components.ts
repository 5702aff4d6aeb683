import type { Finding } from '../model/artifact.js';
import type { Catalog } from './catalog.js';
import { addTo } from './multimap.js';
import { newComponent } from './new-component.js';
import type { Component } from './schema.js';
import type { CatalogFacts } from './sources/facts.js';

export interface LearnedComponents {
  /** Sorted by name. */
  readonly components: ReadonlyMap<string, Component>;
  /** Sorted by code, then subject. */
  readonly findings: readonly Finding[];
}

/**
 * What AKS releases run from repositories that no component has:
 * a container that is called like a component: the component has moved, or had no confirmed repository; this one goes first;
 * any other container: a component of its own, pulled only where AKS reports it under this name.
 * @param releases newest first
 */
export function learnComponents(bundled: Catalog, releases: readonly CatalogFacts[]): LearnedComponents {
  const taken = new Set([...bundled.components.values()].flatMap(({ repositories }) => repositories));
  for (const repository of bootstrapRepositories(bundled)) taken.add(repository);
  const found = new Map<string, Set<string>>();
  for (const { container, repository } of releases.flatMap(({ images }) => images)) {
    if (container === undefined || taken.has(repository)) continue;
    // Components that never run on nodes stay as they are, whatever else is called like them.
    if (bundled.components.get(container)?.condition.kind !== 'never') addTo(found, container, repository);
  }
  const learned = [...found].map(([name, repositories]) => {
    const known = bundled.components.get(name);
    return { known, component: known ? moved(known, [...repositories]) : unmapped(name, [...repositories]) };
  });
  const components = new Map([
    ...bundled.components,
    ...learned.map(({ component }) => [component.name, component] as const),
  ]);
  return {
    components: new Map([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
    findings: learned
      .map(({ known, component }) => findingOf(component, [...(found.get(component.name) ?? [])], known !== undefined))
      .sort((a, b) => (`${a.code} ${a.subject}` < `${b.code} ${b.subject}` ? -1 : 1)),
  };
}

/** What nodes pull by themselves is no component. */
function bootstrapRepositories({ nodeBootstrap }: Catalog): readonly string[] {
  const { packages, kubernetesNode, credentialProvider, pause, systemExtensions } = nodeBootstrap;
  return [
    ...Object.values(packages.repositories),
    kubernetesNode.repository,
    credentialProvider.package.repository,
    credentialProvider.tarball.repository,
    ...pause.map(({ repository }) => repository),
    ...Object.values(systemExtensions.repositories),
    systemExtensions.credentialProvider.repository,
  ];
}

function moved(component: Component, repositories: readonly string[]): Component {
  const wasUnmapped = component.repositories.length === 0;
  return {
    ...component,
    repositories: [...repositories, ...component.repositories],
    candidates: [],
    tag: component.tag ?? { rule: 'version' },
    confidence: wasUnmapped ? 'medium' : component.confidence,
  };
}

function unmapped(name: string, repositories: string[]): Component {
  return newComponent({ name, repositories, confidence: 'medium', condition: { kind: 'onDemand' } });
}

function findingOf({ name }: Component, repositories: readonly string[], isKnown: boolean): Finding {
  const places = repositories.join(' and ');
  return isKnown
    ? {
        code: 'repository-learned',
        subject: name,
        message: `AKS releases run it from ${places}, which the component map does not list; the Vulnerability Data API is believed`,
        effect: 'none',
      }
    : {
        code: 'container-unmapped',
        subject: name,
        message: `AKS releases run it from ${places}, and the component map does not say when: it is warmed where AKS reports it; an override can say more`,
        effect: 'none',
      };
}
