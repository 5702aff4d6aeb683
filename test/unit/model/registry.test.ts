import { cachedRepository, type CacheRule } from '../../../shared/model/registry.js';

const coredns = 'oss/v2/kubernetes/coredns';
const rule = (sourceRepository: string, targetRepository: string): CacheRule => ({
  name: 'rule',
  sourceRepository,
  targetRepository,
});
const managed = rule('mcr.microsoft.com/*', 'aks-managed-repository/*');
const old = rule('mcr.microsoft.com/*', '/*');

test.each<[string, readonly CacheRule[], string | undefined]>([
  ['the new layout', [managed], `aks-managed-repository/${coredns}`],
  ['the old layout', [old], coredns],
  ['the old layout without its slash', [rule('mcr.microsoft.com/*', '*')], coredns],
  ['both layouts: nodes pull the new one', [old, managed], `aks-managed-repository/${coredns}`],
  ['no rule', [], undefined],
  ['another source', [rule('docker.io/*', 'aks-managed-repository/*')], undefined],
  ['a target that no node asks for', [rule('mcr.microsoft.com/*', 'corp-mirror/*')], undefined],
  [
    'a customer rule beside ours',
    [rule('mcr.microsoft.com/oss/*', 'oss-mirror/*'), managed],
    `aks-managed-repository/${coredns}`,
  ],
  [
    'a longer target that takes the path away',
    [managed, rule('docker.io/*', 'aks-managed-repository/oss/*')],
    undefined,
  ],
  ['a rule for exactly this repository', [rule(`mcr.microsoft.com/${coredns}`, coredns)], coredns],
  ['a rule for another repository', [rule('mcr.microsoft.com/oss/v2/kubernetes/pause', 'pause')], undefined],
])('with %s nodes find the image where a rule fills it, or nowhere', (_sentence, rules, expected) => {
  expect(cachedRepository(rules, 'mcr.microsoft.com', coredns)).toBe(expected);
});
