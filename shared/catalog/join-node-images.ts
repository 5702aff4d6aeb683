import { artifactName } from '../model/artifact.js';
import type { Catalog } from './catalog.js';
import type { CatalogFacts } from './sources/facts.js';

/**
 * How the Vulnerability Data API spells the images that the notes of AKS speak of (x64, without FIPS, Kata or confidential
 * computing), and the notes' name of each.
 */
const documented: readonly (readonly [RegExp, string])[] = [
  [/^AKSUbuntu-(?:gen2-)?2204(?:gen2)?containerd$/i, 'AKSUbuntu-2204'],
  [/^AKSUbuntu-(?:gen2-)?2404(?:gen2)?containerd$/i, 'AKSUbuntu-2404'],
  [/^AKSAzureLinux-(?:gen2-)?V3-?(?:gen2)?$/i, 'AzureLinuxv3'],
];

/**
 * What node images carry, by the notes' names: what the generations of one image have in common, and what the bundled notes say.
 * Images that the notes do not know keep their own names.
 */
export function joinNodeImages(
  bundled: Catalog['nodeImageContents'],
  facts: readonly CatalogFacts[],
): Catalog['nodeImageContents'] {
  const reported = new Map<string, ReadonlySet<string>>();
  for (const fact of facts) {
    if (fact.kind !== 'node-image') continue;
    const name = noteName(fact.name);
    const carried = new Set(fact.images.map(artifactName));
    const others = reported.get(name);
    reported.set(name, others ? new Set([...carried].filter((artifact) => others.has(artifact))) : carried);
  }
  const joined = [...reported].map(
    ([name, carried]) => [name, new Set([...(bundled.get(name) ?? []), ...carried])] as const,
  );
  return new Map([...bundled, ...joined]);
}

/** `AKSUbuntu-2204/202601.13.0` of `AKSUbuntu-gen2-2204containerd/202601.13.0`. */
function noteName(name: string): string {
  const slash = name.indexOf('/');
  const known = documented.find(([shape]) => shape.test(name.slice(0, slash)));
  return known ? `${known[1]}${name.slice(slash)}` : name;
}
