import { SyncError } from '../model/errors.js';
import { parseResourceId, type ResourceId } from '../model/resource-id.js';

/** The registry that is to be warmed, as the command line names it. */
export interface WarmTarget {
  /** Key of its states. */
  readonly key: string;
  /** Host, with port where it is not the usual one. */
  readonly host: string;
  /** For example `https://contoso.azurecr.io`. */
  readonly endpoint: string;
  /** An Azure Container Registry caches in the background and says what it holds; any other must be pulled through whole. */
  readonly kind: 'acr' | 'oci';
}

const acrHost = /\.azurecr\.(io|cn|us)$/;
const wanted = 'wanted is a login server such as contoso.azurecr.io, an address, or the resource id of a registry';

/**
 * A login server, an address, or the resource id of a registry. The resource id lets ARM tell cache rules and import.
 * @throws SyncError INVALID_INPUT; http is accepted on loopback hosts only
 */
export function parseWarmTarget(text: string): WarmTarget | ResourceId {
  if (text.startsWith('/subscriptions/')) return parseResourceId(text, 'Microsoft.ContainerRegistry/registries');
  const address = /^https?:\/\//.test(text) ? text : `https://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^[\w.:[\]-]+$/.test(url.host)) throw new SyncError('INVALID_INPUT', `registry: ${wanted}`);
  if (url.username || url.password || url.search || url.hash || url.pathname !== '/') {
    throw new SyncError('INVALID_INPUT', `registry: more than an address (a user, or a path): ${wanted}`);
  }
  return targetOf(url.origin, url.host);
}

/** @param host as ARM's login server */
export function targetOf(endpoint: string, host: string): WarmTarget {
  return { key: host, host, endpoint, kind: acrHost.test(host) ? 'acr' : 'oci' };
}
