import { SyncError } from '../model/errors.js';
import { isLoopback } from '../oci/loopback.js';
import { parseResourceId, type ResourceId } from '../model/resource-id.js';

/** The registry that is to be warmed, as the command line names it. */
export type WarmTarget =
  | {
      readonly kind: 'host';
      /** Host, with port where it is not the usual one. */
      readonly host: string;
      /** For example `https://contoso.azurecr.io`. */
      readonly endpoint: string;
    }
  /** ARM tells its login server and cache rules, and can import. */
  | { readonly kind: 'resource'; readonly resource: ResourceId };

const acrHost = /\.azurecr\.(io|cn|us)$/;
const wanted = 'wanted is a login server such as contoso.azurecr.io, an address, or the resource id of a registry';

/**
 * A login server, an address, or the resource id of a registry. The resource id lets ARM tell cache rules and import.
 * @throws SyncError INVALID_INPUT; http is accepted on loopback hosts only
 */
export function parseWarmTarget(text: string): WarmTarget {
  if (text.startsWith('/subscriptions/')) return { kind: 'resource', resource: parseRegistryId(text) };
  const address = /^https?:[/][/]/.test(text) ? text : `https://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^[\w.:[\]-]+$/.test(url.host)) throw invalid(wanted);
  if (url.username || url.password || url.search || url.hash || url.pathname !== '/') {
    throw invalid(`more than an address (a user, or a path): ${wanted}`);
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw invalid(`http is accepted on loopback hosts only, not for ${url.hostname}`);
  }
  return { kind: 'host', host: url.host, endpoint: url.origin };
}

/** Whether a host is an Azure Container Registry, which caches in the background and says what it holds. */
export function isAcrHost(host: string): boolean {
  return acrHost.test(host);
}

function parseRegistryId(text: string): ResourceId {
  const resource = parseResourceId(text);
  if (resource.type.toLowerCase() === 'microsoft.containerregistry/registries') return resource;
  throw invalid(`not the resource id of a registry: ${wanted}`);
}

function invalid(message: string): SyncError {
  return new SyncError('INVALID_INPUT', `registry: ${message}`);
}
