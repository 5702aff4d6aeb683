import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileArtifactStates } from '../../../shared/app/warm-states.js';
import { artifactStatesContract } from '../../contract/artifact-states.contract.js';
import { coredns, pause, provenState, stateOf } from '../../support/builders.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warm-states-'));
  path = join(folder, 'deep', 'warm.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const { registry } = stateOf();
const full = provenState(coredns, { reason: 'why', failureClass: 'throttled', blobsDone: 3, proof: 'deep' });
const importing = stateOf(pause, {
  strategy: 'import',
  imports: { token: 't', startedAt: new Date(0) },
  importTries: 1,
});

describe('the states of a command line', () => {
  artifactStatesContract(() => FileArtifactStates.open(path, 'keep'));
});

test('a later run knows every field that an earlier one has written', async () => {
  const states = await FileArtifactStates.open(path, 'keep');
  await states.save([full, importing].map((state) => ({ state, etag: undefined })));
  await states.flush();
  const again = await FileArtifactStates.open(path, 'keep');
  expect((await again.get(registry, coredns))?.state).toEqual(full);
  expect((await again.get(registry, pause))?.state).toEqual(importing);
  expect(await readdir(join(folder, 'deep'))).toEqual(['warm.json']);
});

test('a run that forgets starts from nothing, and replaces the file', async () => {
  const states = await FileArtifactStates.open(path, 'keep');
  await states.save([{ state: full, etag: undefined }]);
  await states.flush();
  const forgetful = await FileArtifactStates.open(path, 'forget');
  expect((await forgetful.list(registry)).size).toBe(0);
  await forgetful.save([{ state: importing, etag: undefined }]);
  await forgetful.flush();
  expect([...(await (await FileArtifactStates.open(path, 'keep')).list(registry)).keys()]).toHaveLength(1);
});

test('nothing new is no write', async () => {
  const states = await FileArtifactStates.open(path, 'keep');
  await states.flush();
  await expect(readFile(path)).rejects.toThrow('ENOENT');
});

test.each([
  ['is no JSON', '{"format":1,"artifacts":['],
  ['is of another format', '{"format":2,"artifacts":[]}'],
  ['holds what no run has written', '{"format":1,"artifacts":[{"tag":"x"}]}'],
])('a file that %s is refused with its name and what to do', async (_sentence, text) => {
  path = join(folder, 'warm.json');
  await writeFile(path, text);
  await expect(FileArtifactStates.open(path, 'keep')).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringMatching(/^state: .*warm\.json: not a state that `warm` has written: .*Delete it/) as string,
  });
});
