import { SyncError } from '../../../shared/model/errors.js';
import { strategyFor } from '../../../shared/warming/strategy.js';
import { coredns, newLayout, registryOf, stateOf } from '../../support/builders.js';
import { arrange, pinOf } from '../../support/warming/one-artifact.js';

const asImport = { strategy: 'import' } as const;
const minutes = (count: number): number => count * 60;

test('a push or import under a rule is blocked (acr#845): there the strategy is never import, whoever asks for it', () => {
  const acr = registryOf('acr', [newLayout]);
  expect(strategyFor(acr, 'mcr.microsoft.com', coredns.repository, 'auto')).toMatchObject({ strategy: 'pull-through' });
  expect(strategyFor(acr, 'mcr.microsoft.com', coredns.repository, 'import')).toMatchObject({
    refused: expect.stringContaining('blocks imports') as string,
  });
});

test('an import names the digest, as by tag it can race into "manifest unknown" (azure-cli#29974), and is verified afterwards', async () => {
  const { imports, registry, pass } = arrange(asImport);
  registry.covers = () => false;
  const state = await pass(60);
  expect(state).toMatchObject({ phase: 'proven', proof: 'deep' });
  expect(imports.started).toEqual([
    { repository: coredns.repository, digest: state.digest, target: `${state.cachedRepository}:${coredns.tag}` },
  ]);
});

test('what is in the registry already is not imported', async () => {
  const { imports, registry, pass } = arrange(asImport);
  registry.covers = () => false;
  registry.land(stateOf().cachedRepository, coredns.tag, stateOf().digest);
  expect(await pass(10)).toMatchObject({ phase: 'proven' });
  expect(imports.started).toEqual([]);
});

test('an import stuck in Running (acr#617) is given up after a quarter of an hour and started anew', async () => {
  const { imports, registry, pass } = arrange(asImport);
  registry.covers = () => false;
  imports.runsSeconds = () => (imports.started.length > 1 ? 5 : Number.POSITIVE_INFINITY);
  expect(await pass(minutes(14))).toMatchObject({ phase: 'waiting', importTries: 1 });
  expect(await pass(minutes(15))).toMatchObject({ phase: 'proven' });
  expect(imports.started).toHaveLength(2);
});

test('an import that nobody may ask after is given up as well: what it brought is found by looking', async () => {
  const { imports, registry, pass } = arrange(asImport);
  registry.covers = () => false;
  imports.fault = (call) => {
    if (call === 'resume') throw new SyncError('ARM_FORBIDDEN', 'GET operationResults: 403');
  };
  expect(await pass(60)).toMatchObject({ phase: 'waiting', failureClass: 'auth' });
  registry.land(stateOf().cachedRepository, coredns.tag, stateOf().digest);
  expect(await pass(minutes(30))).toMatchObject({ phase: 'proven', proof: 'deep' });
  expect(imports.started).toHaveLength(1);
});

test('an import whose operation fails to be read, and that brought nothing, is started anew', async () => {
  const { imports, registry, pass } = arrange(asImport);
  registry.covers = () => false;
  imports.fault = (call) => {
    if (call === 'resume' && imports.started.length === 1) throw new SyncError('ARM_UNAVAILABLE', 'GET operation: 500');
  };
  expect(await pass(minutes(45))).toMatchObject({ phase: 'proven' });
  expect(imports.started).toHaveLength(2);
});

test('an import that answers 200 with status Failed looks ended: the registry is looked at, and it is started anew', async () => {
  const { imports, registry, pass } = arrange(asImport);
  registry.covers = () => false;
  imports.delivers = () => imports.started.length > 2;
  expect(await pass(30)).toMatchObject({
    phase: 'planned',
    reason: expect.stringContaining('not in the registry') as string,
  });
  expect(await pass(minutes(20))).toMatchObject({ phase: 'proven' });
  expect(imports.started).toHaveLength(3);
});

test('an import that never delivers ends as failed with the reason, after five tries', async () => {
  const { imports, registry, pass } = arrange(asImport);
  registry.covers = () => false;
  imports.delivers = () => false;
  expect(await pass(minutes(120))).toMatchObject({
    phase: 'failed',
    reason: expect.stringContaining('IMPORT_FAILED') as string,
  });
  expect(imports.started).toHaveLength(5);
});

test('BadRequest that wraps a throttling error (docker-tools PR#1062) is throttling: looked at first, then started anew', async () => {
  const { imports, registry, pass } = arrange(asImport);
  registry.covers = () => false;
  imports.fault = (call) => {
    if (call === 'resume' && imports.started.length === 1)
      throw new SyncError('ARM_THROTTLED', 'BadRequest: TooManyRequests');
  };
  expect(await pass(15)).toMatchObject({ failureClass: 'throttled' });
  expect(await pass(minutes(5))).toMatchObject({ phase: 'proven' });
});

test('an index of more than 50 manifests is refused with the number, before ARM is asked', async () => {
  const { imports, registry, mar, pass } = arrange({ ...asImport, ...pinOf(60) });
  mar.put(coredns.repository, coredns.tag, undefined, 60);
  registry.covers = () => false;
  expect(await pass(10)).toMatchObject({
    phase: 'failed',
    failureClass: 'permanent',
    reason: expect.stringContaining('61 manifests') as string,
  });
  expect(imports.started).toEqual([]);
});
