import { SyncError } from './errors.js';

/** An ARM resource id of a resource in a resource group. ARM compares ids without case, so `key` is lower case. */
export interface ResourceId {
  /** As Azure spelled it, without a trailing slash. */
  readonly id: string;
  /** Lower case form: equal for equal resources. */
  readonly key: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** For example `Microsoft.ContainerService/managedClusters`, as spelled in the id. */
  readonly type: string;
  /** Last segment. */
  readonly name: string;
}

const shape = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+)((?:\/[^/]+\/[^/]+)+)\/?$/i;

/** @throws SyncError INVALID_INPUT when `text` is no id of a resource in a resource group */
export function parseResourceId(text: string): ResourceId {
  const match = text.length <= 2048 ? shape.exec(text) : null;
  const [, subscriptionId, resourceGroup, provider, path] = match ?? [];
  if (!subscriptionId || !resourceGroup || !provider || !path) {
    throw new SyncError('INVALID_INPUT', `not an Azure resource id: "${text.slice(0, 200)}"`);
  }
  const segments = path.split('/').filter((segment) => segment !== '');
  const types = segments.filter((_segment, index) => index % 2 === 0);
  const id = text.replace(/\/$/, '');
  return {
    id,
    key: id.toLowerCase(),
    subscriptionId,
    resourceGroup,
    type: [provider, ...types].join('/'),
    name: segments.at(-1) ?? '',
  };
}

/** @throws SyncError INVALID_INPUT when `text` is no id of an AKS cluster */
export function parseClusterId(text: string): ResourceId {
  const parsed = parseResourceId(text);
  if (parsed.type.toLowerCase() !== 'microsoft.containerservice/managedclusters') {
    throw new SyncError('INVALID_INPUT', `not the resource id of an AKS cluster: "${text.slice(0, 200)}"`);
  }
  return parsed;
}
