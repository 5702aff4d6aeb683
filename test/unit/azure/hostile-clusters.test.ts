import fc from 'fast-check';
import { planOffline } from '../../../shared/app/offline-plan.js';
import { isRepository, isTag } from '../../../shared/model/artifact.js';
import { SyncError } from '../../../shared/model/errors.js';
import { spoiled } from '../../support/catalog/hostile-documents.js';
import { armDocument } from '../requirements/clusters.fixture.js';

// Each run resolves a set.
const [cluster, profile] = [armDocument('mixed-arm.cluster'), armDocument('mixed-arm.upgrades')];

/** A document without its root is no text. */
const parsed = (text: string): unknown => (text === '' ? undefined : JSON.parse(text));

/** Plans, or refuses with a code; what is planned has valid names only. */
function planOrRefuse(managedCluster: unknown, upgradeProfile: unknown): void {
  try {
    const documents = {
      managedCluster: { name: 'cluster.json', content: managedCluster },
      upgradeProfile: { name: 'profile.json', content: upgradeProfile },
    };
    for (const { repository, tag } of planOffline(documents, '1.35.7').document.artifacts) {
      expect([repository, isRepository(repository), tag, isTag(tag)]).toEqual([repository, true, tag, true]);
    }
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    expect(error.code).toBe('INVALID_INPUT');
  }
}

test('a cluster that was spoiled in one place is planned or refused', () => {
  fc.assert(
    fc.property(spoiled(cluster), (text) => planOrRefuse(parsed(text), profile)),
    { numRuns: 200 },
  );
});

test('Component Insights that were spoiled in one place are planned from or refused', () => {
  fc.assert(
    fc.property(spoiled(profile), (text) => planOrRefuse(cluster, parsed(text))),
    { numRuns: 200 },
  );
});
