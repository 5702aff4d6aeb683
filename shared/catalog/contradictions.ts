import type { Contradiction, LearnedFacts } from './catalog.js';
import { addTo } from './multimap.js';
import type { Component } from './schema.js';
import type { ImageFact } from './sources/facts.js';

/**
 * Tags that AKS releases run from one repository of a component while AgentBaker bakes them from another. Which one nodes pull, no
 * source tells: MAR's tag lists, or an override, must.
 * @param places by component and tag, of AKS releases
 * @param baked AgentBaker's images
 */
export function findContradictions(
  components: ReadonlyMap<string, Component>,
  places: LearnedFacts['places'],
  baked: readonly ImageFact[],
): LearnedFacts['contradictions'] {
  const repositoriesByTag = new Map<string, Set<string>>();
  for (const { repository, tag } of baked) addTo(repositoriesByTag, tag, repository);
  const found = [...places].map(([name, byTag]) => {
    const component = components.get(name);
    const contradictions = [...byTag].flatMap(([tag, run]): readonly Contradiction[] => {
      const bakedFrom = (component?.repositories ?? []).filter((one) => repositoriesByTag.get(tag)?.has(one)).sort();
      if (bakedFrom.length === 0 || bakedFrom.some((repository) => run.includes(repository))) return [];
      const claims = [
        { source: 'agentbaker' as const, repositories: bakedFrom },
        { source: 'vulnerability-api' as const, repositories: run },
      ];
      return [{ tag, claims }];
    });
    return [name, contradictions.sort((a, b) => (a.tag < b.tag ? -1 : 1))] as const;
  });
  return new Map(found.filter(([, contradictions]) => contradictions.length > 0));
}
