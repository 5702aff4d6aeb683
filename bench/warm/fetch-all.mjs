/**
 * The bound for `warm`: fetches every manifest and blob of a list of artifacts through a registry, drops the bodies, checks nothing.
 * `node fetch-all.mjs <registry> <plan.json> <requests at once>`
 */
import { readFileSync } from 'node:fs';

const [registry, plan, concurrency] = process.argv.slice(2);
const { artifacts } = JSON.parse(readFileSync(plan, 'utf8'));
const accept = ['application/vnd.oci.image.index.v1+json', 'application/vnd.oci.image.manifest.v1+json'].join(', ');
const tasks = artifacts.map(
  ({ repository, tag }) =>
    () =>
      fetchManifest(repository, tag),
);

await Promise.all(Array.from({ length: Number(concurrency) }, work));

async function work() {
  for (let task = tasks.shift(); task; task = tasks.shift()) await task();
}

async function fetchManifest(repository, reference) {
  const response = await request(`${repository}/manifests/${reference}`);
  const { manifests = [], config, layers = [] } = await response.json();
  const blobs = [...(config ? [config] : []), ...layers];
  tasks.unshift(
    ...manifests.map(
      ({ digest }) =>
        () =>
          fetchManifest(repository, digest),
    ),
    ...blobs.map(
      ({ digest }) =>
        () =>
          fetchBlob(repository, digest),
    ),
  );
}

async function fetchBlob(repository, digest) {
  const response = await request(`${repository}/blobs/${digest}`);
  await response.body.pipeTo(new globalThis.WritableStream());
}

async function request(path) {
  const response = await globalThis.fetch(`${registry}/v2/${path}`, { headers: { accept } });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response;
}
