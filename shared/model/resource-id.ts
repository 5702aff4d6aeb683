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

/** Characters that no Azure name holds and that a URL, a table or a log would take for something else. */
const suspicious = /[\s\p{Cc}\p{Cf}\p{Cs}%?#\\<>&"']|\/\.{1,2}(?:\/|$)/u;
const shape = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+)((?:\/[^/]+\/[^/]+)+)\/?$/i;

/** @throws SyncError INVALID_INPUT when `text` is no id of a resource in a resource group */
export function parseResourceId(text: string): ResourceId {
  const match = text.length <= 2048 && !suspicious.test(text) ? shape.exec(text) : null;
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
