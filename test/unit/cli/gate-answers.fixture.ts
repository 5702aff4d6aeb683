/** What a running app answers about one cluster. */
export const key = 'secret-function-key';
export const payments =
  '/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/payments';
export const asked = ['--cluster', payments, '--version', '1.35.7'];

export const open = {
  cluster: payments,
  kubernetesVersion: '1.35.7',
  decision: 'open',
  missing: [],
  reasons: [],
  required: 36,
  cached: 36,
  evaluatedAt: '2026-11-23T00:02:07.509Z',
  plannedAt: '2026-11-23T00:00:58.376Z',
};
export const closed = {
  ...open,
  decision: 'closed',
  cached: 35,
  missing: [{ artifact: 'oss/v2/kubernetes/coredns:v1.13.1-6', state: 'waiting', reason: '3 of 3 manifests to come' }],
  reasons: ['1 of 36 artifacts are not proven in contoso.azurecr.io'],
};
export const unknown = {
  ...open,
  decision: 'unknown',
  required: 0,
  cached: 0,
  reasons: ['never planned: ask for it with POST /api/sync {}'],
  plannedAt: undefined,
};
