/**
 * `npm run bench:resolve`: CPU time and memory of resolving the sets of 50, 500 and 5,000 clusters for three targets each. Every
 * size runs in a process of its own, once from cold and once more. Figures and their machine: docs/benchmarks.md.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseManagedCluster, parseUpgradeProfile } from '../shared/azure/cluster-documents.js';
import { loadCatalog } from '../shared/catalog/catalog.js';
import type { Cluster, UpgradeProfile } from '../shared/model/cluster.js';
import { minorOf, parseKubernetesVersion } from '../shared/model/kubernetes-version.js';
import { resolveRequirements } from '../shared/requirements/resolve.js';

interface Figures {
  readonly clusters: number;
  readonly artifacts: number;
  readonly coldSeconds: number;
  readonly warmSeconds: number;
  /** Highest resident set of the process, runtime included. */
  readonly megabytes: number;
}

const sizes = [50, 500, 5000];
/** Clusters that are read before the clock runs, so that the garbage of reading is not collected on its time. */
const batch = 50;
/** Clusters that are resolved between the two measures, so that every size is measured with compiled code. */
const warmUp = 500;
/** Limits for 500 clusters, in a process that has resolved sets before: that of the app runs for hours. */
const mostSeconds = 1;
const mostMegabytes = 200;
const targets = ['1.34.9', '1.34.10', '1.35.7'].map(parseKubernetesVersion);
const samples = ['ubuntu-policy', 'cilium-monitoring', 'mixed-arm'].map((name) => ({
  cluster: readFileSync(`test/fixtures/arm/${name}.cluster.json`, 'utf8'),
  profile: readFileSync(`test/fixtures/arm/${name}.upgrades.json`, 'utf8'),
}));

const [size] = process.argv.slice(2);
if (size === undefined) compareSizes();
else console.log(JSON.stringify(measure(Number(size))));

function compareSizes(): void {
  const figures = sizes.map(measureAlone);
  console.log('| clusters | sets | artifacts | CPU, cold | CPU, again | per set | against 500 clusters | memory |');
  console.log('| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  const usual = figures.find(({ clusters }) => clusters === 500);
  for (const { clusters, artifacts, coldSeconds, warmSeconds, megabytes } of figures) {
    const sets = clusters * targets.length;
    const ratio = warmSeconds / clusters / ((usual?.warmSeconds ?? 0) / 500);
    const cells = [
      clusters,
      sets,
      artifacts,
      `${coldSeconds.toFixed(2)} s`,
      `${warmSeconds.toFixed(2)} s`,
      `${((warmSeconds * 1000) / sets).toFixed(2)} ms`,
      `x ${ratio.toFixed(2)} per cluster`,
      `${megabytes.toFixed(0)} MB`,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
  const isWithin = usual !== undefined && usual.warmSeconds < mostSeconds && usual.megabytes < mostMegabytes;
  console.log(
    `\n500 clusters x 3 targets, limits ${mostSeconds} s and ${mostMegabytes} MB: ${isWithin ? 'kept' : 'NOT KEPT'}`,
  );
  process.exitCode = isWithin ? 0 : 1;
}

function measureAlone(clusters: number): Figures {
  const child = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), String(clusters)], {
    encoding: 'utf8',
  });
  if (child.status !== 0) throw new Error(child.stderr);
  return JSON.parse(child.stdout) as Figures;
}

function measure(clusters: number): Figures {
  // Reading the catalogue happens once a process.
  loadCatalog();
  const cold = resolveAll(clusters);
  resolveAll(warmUp);
  const warm = resolveAll(clusters);
  return {
    clusters,
    artifacts: cold.artifacts,
    coldSeconds: cold.seconds,
    warmSeconds: warm.seconds,
    megabytes: process.resourceUsage().maxRSS / 1024,
  };
}

/** Reading and parsing what ARM answers is not part of the figure. */
function resolveAll(clusters: number): { readonly artifacts: number; readonly seconds: number } {
  let artifacts = 0;
  let microseconds = 0;
  for (let first = 0; first < clusters; first += batch) {
    const read = Array.from({ length: Math.min(batch, clusters - first) }, (_unused, index) =>
      readCluster(first + index),
    );
    const started = process.cpuUsage();
    for (const { cluster, profile } of read) {
      for (const target of targets) artifacts += countArtifacts(cluster, profile, target);
    }
    const { user, system } = process.cpuUsage(started);
    microseconds += user + system;
  }
  return { artifacts, seconds: microseconds / 1e6 };
}

function countArtifacts(cluster: Cluster, profile: UpgradeProfile, target: (typeof targets)[number]): number {
  const reported = profile.componentsByMinor.get(minorOf(target)) ?? [];
  const input = { cluster, target, reported, catalog: loadCatalog(), tagLists: new Map<string, string[]>() };
  return resolveRequirements(input).artifacts.length;
}

/** One of the samples under a name of its own, every other one with an add-on more. */
function readCluster(index: number): { readonly cluster: Cluster; readonly profile: UpgradeProfile } {
  const { cluster, profile } = samples[index % samples.length]!;
  const document = JSON.parse(cluster) as { id: string; properties: Record<string, unknown> };
  const id = `${document.id}-${index}`;
  const more = index % 2 === 0 ? {} : { workloadAutoScalerProfile: { keda: { enabled: true } } };
  return {
    cluster: parseManagedCluster({ ...document, id, properties: { ...document.properties, ...more } }),
    profile: parseUpgradeProfile(JSON.parse(profile)),
  };
}
