import fc from 'fast-check';
import { parseClusterId, parseResourceId } from '../../../shared/model/resource-id.js';
import { clusterId, gateId, subscriptionId } from '../../support/builders.js';

test('an id is kept as it is spelled, and compared without case', () => {
  const spelled = clusterId().replace('resourceGroups/rg', 'resourcegroups/RG');
  const parsed = parseClusterId(spelled);
  expect(parsed).toMatchObject({ id: spelled, subscriptionId, resourceGroup: 'RG', name: 'one' });
  expect(parsed.key).toBe(parseClusterId(clusterId()).key);
  expect(parseClusterId(`${spelled}/`).id).toBe(spelled);
});

test('the type is that of all its levels', () => {
  expect(parseResourceId(gateId()).type).toBe('Microsoft.ContainerService/fleets/gates');
});

test.each([
  ['', 'nothing'],
  ['/subscriptions/s/resourceGroups/g', 'a resource group'],
  ['/subscriptions/s/resourceGroups/g/providers/P/t', 'a type without a name'],
  ['/subscriptions/s/resourceGroups/g/providers/P/t/n/u', 'half a child'],
  [`https://management.azure.com${clusterId()}`, 'an address'],
  [`${clusterId()}?api-version=2020-01-01`, 'a query'],
  [`${clusterId()}#x`, 'a fragment'],
  [`${clusterId()}/../../../x/y`, 'a way up'],
  [clusterId('..'), 'a way up as a name'],
  [clusterId('%2e%2e'), 'an encoded way up'],
  [clusterId('a\\b'), 'a backslash'],
  [clusterId('a b'), 'a space'],
  [clusterId('a\nb'), 'a line break'],
  [clusterId('a\u202eb'), 'a mark that reorders text'],
  [clusterId('<script>'), 'markup'],
  [clusterId('x'.repeat(2100)), 'more than 2 KiB'],
])('%j is refused: %s', (text) => {
  expect(() => parseResourceId(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }) as Error);
});

test('the id of something else is no cluster', () => {
  expect(() => parseClusterId(gateId())).toThrow('not the resource id of an AKS cluster');
});

test('what is accepted is what a URL makes of it', () => {
  const name = fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(name, name, (group, last) => {
      const text = `/subscriptions/s/resourceGroups/${group}/providers/P/t/${last}`;
      let id: string;
      try {
        ({ id } = parseResourceId(text));
      } catch {
        return;
      }
      const url = new URL(`https://management.azure.com${id}?api-version=1`);
      expect([decodeURIComponent(url.pathname), url.search, url.hash]).toEqual([id, '?api-version=1', '']);
    }),
    { numRuns: 2000 },
  );
});
