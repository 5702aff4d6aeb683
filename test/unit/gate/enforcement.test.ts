import fc from 'fast-check';
import { modeOf, type EnforcementPolicy } from '../../../shared/gate/enforcement.js';
import { clusterId, fleetId, gateId, subscriptionId } from '../../support/builders.js';

const group = `/subscriptions/${subscriptionId}/resourceGroups/rg`;

test.each<[sentence: string, mode: EnforcementPolicy['mode'], scopes: readonly string[], id: string, is: string]>([
  ['observe changes nothing', 'observe', [], clusterId(), 'observe'],
  ['observe changes nothing, whatever the scopes', 'observe', [clusterId()], clusterId(), 'observe'],
  ['enforce without scopes is for all', 'enforce', [], clusterId(), 'enforce'],
  ['a cluster itself', 'enforce', [clusterId()], clusterId(), 'enforce'],
  ['another cluster', 'enforce', [clusterId()], clusterId('two'), 'observe'],
  ['one of several scopes is enough', 'enforce', [clusterId('two'), fleetId], fleetId, 'enforce'],
  ['a gate of the fleet', 'enforce', [fleetId], gateId(), 'enforce'],
  ['the fleet of a gate', 'enforce', [gateId()], fleetId, 'observe'],
  ['what lies in a resource group', 'enforce', [group], clusterId(), 'enforce'],
  ['a slash at the end is nothing', 'enforce', [`${group}/`], clusterId(), 'enforce'],
  ['case is nothing', 'enforce', [group.toUpperCase()], clusterId().toLowerCase(), 'enforce'],
  ['a name that begins like the scope', 'enforce', [`${group.slice(0, -1)}`], clusterId(), 'observe'],
  ['a whole subscription', 'enforce', [`/subscriptions/${subscriptionId}`], clusterId(), 'enforce'],
  ['a scope of nothing but slashes holds nothing', 'enforce', ['/'], clusterId(), 'observe'],
])('%s', (_sentence, mode, scopes, id, expected) => {
  expect(modeOf(id, { mode, scopes })).toBe(expected);
});

test('a scope never takes away from another, and only lets in what begins with its segments', () => {
  const segment = fc.constantFrom('a', 'A', 'b', 'ab');
  const id = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
  fc.assert(
    fc.property(id, fc.array(id, { minLength: 1, maxLength: 3 }), id, (resource, scopes, more) => {
      const narrow = modeOf(resource, { mode: 'enforce', scopes });
      const wide = modeOf(resource, { mode: 'enforce', scopes: [...scopes, more] });
      const begins = scopes.some((scope) => `${resource}/`.toLowerCase().startsWith(`${scope}/`.toLowerCase()));
      return narrow === (begins ? 'enforce' : 'observe') && (narrow === 'observe' || wide === 'enforce');
    }),
  );
});
