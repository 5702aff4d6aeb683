import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { growArtifactTree } from '../../local/azure/artifact-tree.js';
import type { ArtifactRef } from '../../shared/model/artifact.js';
import { startDockerRegistry, type DockerRegistry } from '../support/docker-registry.js';
import { describeWith } from '../support/requirements.js';
import { eventually } from '../unit/local/azure/azure-client.js';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const pause = { repository: 'oss/v2/kubernetes/pause', tag: '3.10' };
const coredns = { repository: 'oss/v2/kubernetes/coredns', tag: 'v1.13.1-6' };
const single = { repository: 'oss/binaries/kubernetes/kubernetes-node', tag: 'v1.35.7-linux-amd64' };
const artifacts = [pause, coredns, single];

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Document {
  readonly proven: number;
  readonly required: number;
  readonly bytes: number;
  readonly digestsFrom: string;
  readonly failed: readonly (ArtifactRef & { readonly reason: string })[];
}

function run(args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, 'warm', ...args], (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

function documentOf({ stdout }: Ended): Document {
  return JSON.parse(stdout) as Document;
}

describeWith(
  { command: 'docker-registry', debianPackage: 'docker-registry' },
  '`warm` at caches and upstreams that nobody here wrote',
  () => {
    let home: string;
    let upstream: DockerRegistry;
    let cache: DockerRegistry;
    const warm = (...more: readonly string[]) =>
      run([
        ...['--plan', join(home, 'plan.json'), '--registry', cache.endpoint, '--upstream', upstream.endpoint],
        ...['--state', join(home, 'state.json'), '--json', ...more],
      ]);

    /** This cache stores for a moment longer than it serves. */
    const stored = async () => {
      const links = artifacts.flatMap((one) => blobsOf(one).map(({ digest }) => linkOf(cache, one.repository, digest)));
      await eventually(() => links.every((link) => existsSync(link)), 'the storing');
    };

    beforeEach(async () => {
      home = await mkdtemp(join(tmpdir(), 'warm-interop-'));
      await writeFile(
        join(home, 'plan.json'),
        JSON.stringify({ artifacts: artifacts.map((one) => ({ kind: 'image', ...one })) }),
      );
      upstream = await startDockerRegistry();
      for (const { repository, tag } of artifacts) await upstream.push(repository, tag);
      cache = await startDockerRegistry({ upstream: upstream.endpoint });
    });
    afterEach(async () => {
      await cache.close();
      await upstream.close();
      await rm(home, { recursive: true, force: true });
    });

    test('an empty cache has every blob after a run, and a second run finds it warm', async () => {
      const first = await warm();
      expect(first).toMatchObject({ code: 0 });
      expect(documentOf(first)).toMatchObject({ required: 3, proven: 3, failed: [], digestsFrom: 'upstream' });
      const blobs = artifacts.flatMap(blobsOf);
      expect(documentOf(first).bytes).toBe(blobs.reduce((sum, { size }) => sum + size, 0));
      await stored();
      for (const { digest, size } of blobs) expect((await stat(placeOf(cache, digest))).size).toBe(size);
      const second = await warm();
      expect(second).toMatchObject({ code: 0 });
      expect(documentOf(second)).toMatchObject({ proven: 3, bytes: 0 });
    });

    test('a cache whose upstream is gone serves everything that was warmed', async () => {
      await warm();
      await stored();
      await upstream.stop();
      const again = await warm('--recheck', '--concurrency', '4');
      expect(documentOf(again)).toMatchObject({ proven: 3, digestsFrom: 'earlier' });
      expect(again.stderr).toMatch(/the upstream did not name all digests/);
    });

    test('a layer whose bytes were altered is found, and named', async () => {
      await warm();
      await stored();
      const blob = ownBlobOf(coredns);
      const place = placeOf(cache, blob.digest);
      await writeFile(
        place,
        (await readFile(place)).map((byte) => byte ^ 1),
      );
      const ended = await warm('--recheck', '--tries', '1');
      expect(ended.code).toBe(1);
      const { failed, proven } = documentOf(ended);
      expect(proven).toBe(2);
      expect(failed).toMatchObject([coredns]);
      expect(failed[0]?.reason).toMatch(/^DIGEST_MISMATCH: .*blobs\/sha256:/);
      expect(failed[0]?.reason).toContain(blob.digest);
    });

    test('a layer that was lost is found while the upstream is away, and is there again once that is back', async () => {
      await warm();
      await stored();
      const lost = placeOf(cache, ownBlobOf(coredns).digest);
      await rm(lost);
      await upstream.stop();
      const away = await warm('--recheck', '--tries', '1');
      expect(away.code).toBe(1);
      expect(documentOf(away)).toMatchObject({ proven: 2, failed: [coredns] });
      const backs = [await restarted(upstream), await restarted(cache, upstream.endpoint)];
      try {
        expect(documentOf(await warm())).toMatchObject({ proven: 3, failed: [] });
        await eventually(() => existsSync(lost), 'the storing');
      } finally {
        for (const back of backs) await back.close();
      }
    });

    test('an artifact that the upstream lacks fails alone, by name', async () => {
      const plan = { artifacts: [pause, { ...pause, tag: '0.0.0' }].map((one) => ({ kind: 'image', ...one })) };
      await writeFile(join(home, 'plan.json'), JSON.stringify(plan));
      const ended = await warm();
      expect(ended.code).toBe(1);
      expect(documentOf(ended)).toMatchObject({ required: 2, proven: 1, failed: [{ ...pause, tag: '0.0.0' }] });
    });
  },
);

function blobsOf({ repository, tag }: ArtifactRef): readonly { readonly digest: string; readonly size: number }[] {
  return [...growArtifactTree(repository, tag).blobs.values()];
}

/** On the same address with the same storage; what it remembered besides is gone (it takes a lost blob for stored until then). */
async function restarted(registry: DockerRegistry, upstream?: string): Promise<DockerRegistry> {
  const { data, endpoint } = registry;
  await registry.stop();
  const port = Number(new URL(endpoint).port);
  return await startDockerRegistry({ data, port, ...(upstream === undefined ? {} : { upstream }) });
}

/** Of which no other artifact knows. */
function ownBlobOf(artifact: ArtifactRef): { readonly digest: string } {
  const shared = new Set(
    artifacts.filter((one) => one !== artifact).flatMap((one) => blobsOf(one).map(({ digest }) => digest)),
  );
  const own = blobsOf(artifact).find(({ digest }) => !shared.has(digest));
  if (!own) throw new Error('every blob is shared');
  return own;
}

function linkOf({ data }: DockerRegistry, repository: string, digest: string): string {
  const [, hex = ''] = digest.split(':');
  return join(data, 'docker/registry/v2/repositories', repository, '_layers/sha256', hex, 'link');
}

function placeOf({ data }: DockerRegistry, digest: string): string {
  const hex = digest.slice('sha256:'.length);
  return join(data, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
}
