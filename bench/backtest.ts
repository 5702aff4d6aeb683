import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCatalogFiles } from '../scripts/catalog/build.js';
import { splitReference } from '../scripts/catalog/reference.js';
import { parseCatalog, type Catalog } from '../shared/catalog/catalog.js';
import { artifactName } from '../shared/model/artifact.js';
import { minorOf, type KubernetesVersion } from '../shared/model/kubernetes-version.js';
import { resolveRequirements } from '../shared/requirements/resolve.js';
import { configurations } from './configurations.js';
import type { Reference } from './reference-truth.js';
import { ratio } from './score.js';

/**
 * The one measure that no source can have seen: bundled data made from the node image notes up to a release and from nothing
 * newer, against what later releases carried. It says how fast bundled data ages while no source can be reached.
 * @param pages folder of the reference
 */
export function printBacktest(reference: Reference, targets: readonly KubernetesVersion[], pages: string): void {
  const releases = [...new Set(reference.nodeImages.map(({ release }) => release))].sort();
  console.log('\nBundled data of one node image release against what later releases carry:\n');
  console.log('| data up to | carried by | images | repositories | exact tags |');
  console.log('| --- | --- | ---: | ---: | ---: |');
  releases.forEach((past, index) => {
    const names = resolveEverything(catalogOf(reference, past, pages), targets);
    const repositories = new Set([...names].map((name) => name.slice(0, name.lastIndexOf(':'))));
    for (const later of releases.slice(index + 1)) {
      const carried = imagesOf(reference, later, targets);
      const known = carried.filter(({ repository }) => repositories.has(repository)).length;
      const exact = carried.filter((image) => names.has(artifactName(image))).length;
      const cells = [past, later, carried.length, ratio(known, carried.length), ratio(exact, carried.length)];
      console.log(`| ${cells.join(' | ')} |`);
    }
  });
}

/** A list without any image is refused as broken. */
const nobodysImage = {
  downloadURL: 'mcr.microsoft.com/nobody/pulls/this:*',
  multiArchVersionsV2: [{ latestVersion: '0' }],
};

/** Without AgentBaker's list, the tables and the tags that people saw: all of them are newer than the notes. */
function catalogOf(reference: Reference, past: string, pages: string): Catalog {
  const known = {
    components: reference.components.map((component) => ({ ...component, exampleTags: [], evidence: [] })),
    releases: [],
    agentBaker: { ...reference.agentBakerDocument, ContainerImages: [nobodysImage] },
    nodeImages: reference.nodeImages.filter(({ release }) => release <= past),
  };
  const folder = mkdtempSync(join(tmpdir(), 'backtest-'));
  try {
    const save = (file: string, content: unknown): void => writeFileSync(join(folder, file), JSON.stringify(content));
    save('components.json', known.components);
    save('releases.json', known.releases);
    save('agentbaker-components.json', known.agentBaker);
    save('vhd-images.json', known.nodeImages);
    // Only dates are read from these.
    for (const page of ['azure-facts.md', 'node-bootstrap.md']) copyFileSync(join(pages, page), join(folder, page));
    const files = buildCatalogFiles(folder);
    const read = (file: string): unknown => JSON.parse(files.get(file) ?? 'null');
    return parseCatalog({
      components: read('components.json'),
      versions: read('versions.json'),
      knownTags: read('known-tags.json'),
      nodeBootstrap: read('node-bootstrap.json'),
      nodeImages: read('node-images.json'),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function resolveEverything(catalog: Catalog, targets: readonly KubernetesVersion[]): ReadonlySet<string> {
  const sets = configurations.flatMap(({ cluster }) =>
    targets.map((target) => resolveRequirements({ cluster, target, reported: [], catalog, tagLists: new Map() })),
  );
  return new Set(sets.flatMap(({ artifacts }) => artifacts.map(artifactName)));
}

/** kube-proxy and the node manager of other Kubernetes versions than measured are left out. */
function imagesOf(reference: Reference, release: string, targets: readonly KubernetesVersion[]) {
  const minors = new Set(targets.map(minorOf));
  const images = reference.nodeImages.filter((notes) => notes.release === release).flatMap((notes) => notes.images);
  return [...new Set(images)].map(splitReference).filter(({ repository, tag }) => {
    if (repository.endsWith('/kube-proxy')) return targets.some((target) => tag.startsWith(`v${target}`));
    if (!repository.endsWith('/azure-cloud-node-manager')) return true;
    return minors.has(/^v?(\d+\.\d+)\./.exec(tag)?.[1] ?? '');
  });
}
