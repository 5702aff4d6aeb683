import { z } from 'zod';
import { SyncError } from '../model/errors.js';
import type { CacheRule, Registry, RegistrySettings } from '../model/registry.js';
import { parseResourceId, type ResourceId } from '../model/resource-id.js';

const loginServer = z.string().regex(/^[a-z0-9.-]+(:\d{1,5})?$/i);
/** Nothing, null and an empty text all tell nothing. */
const text = z
  .string()
  .max(2048)
  .nullish()
  .transform((found) => found || undefined);
/** A list, or null where a tool writes null for an empty one. */
const list = <Item extends z.ZodType>(item: Item) => z.array(item).nullish();

const endpointConnection = z.object({
  name: text,
  privateLinkServiceConnectionState: z.object({ status: text }).nullish(),
});

const registryDocument = z.object({
  id: z.string().max(2048),
  loginServer,
  creationDate: z.union([z.string(), z.date()]).nullish(),
  location: text,
  sku: z.object({ name: text }).nullish(),
  provisioningState: text,
  publicNetworkAccess: text,
  networkRuleSet: z.object({ defaultAction: text }).nullish(),
  networkRuleBypassOptions: text,
  roleAssignmentMode: text,
  policies: z.record(z.string(), z.unknown()).nullish(),
  dataEndpointHostNames: list(z.string().max(255)),
  privateEndpointConnections: list(z.preprocess(flatten, endpointConnection)),
});

const ruleDocument = z.object({
  name: z.string().min(1).max(255),
  sourceRepository: z.string().min(1).max(2048),
  targetRepository: z.string().min(1).max(2048),
  provisioningState: text,
  credentialSetResourceId: text,
});

/**
 * A registry as ARM answers it (`properties` nested), or as `az acr show` and the typed client have it (flat), without its rules.
 * @throws SyncError ARM_UNEXPECTED naming the path that is wrong; INVALID_INPUT for an id that is none
 */
export function parseRegistryDocument(document: unknown): Omit<Registry, 'cacheRules'> {
  const parsed = registryDocument.safeParse(flatten(document));
  if (!parsed.success) throw unexpected('ARM describes a registry in another way than documented', parsed.error);
  const resource = parseRegistryId(parsed.data.id);
  const { creationDate } = parsed.data;
  return {
    resource,
    loginServer: parsed.data.loginServer,
    createdAt: creationDate instanceof Date ? creationDate.toISOString() : (creationDate ?? ''),
    settings: settingsOf(parsed.data),
  };
}

/** Rules of a list of ARM (`{value: […]}`) or of `az acr cache list` (`[…]`). @throws SyncError ARM_UNEXPECTED */
export function parseCacheRules(document: unknown): readonly CacheRule[] {
  const page = z.object({ value: z.array(z.unknown()) }).safeParse(document);
  const items = z.array(z.unknown()).safeParse(page.success ? page.data.value : document);
  if (!items.success) throw unexpected('ARM lists cache rules in another way than documented', items.error);
  return items.data.map(parseCacheRule);
}

/** @throws SyncError ARM_UNEXPECTED */
export function parseCacheRule(document: unknown): CacheRule {
  const parsed = ruleDocument.safeParse(flatten(document));
  if (!parsed.success) throw unexpected('ARM describes a cache rule in another way than documented', parsed.error);
  const { name, sourceRepository, targetRepository, provisioningState, credentialSetResourceId } = parsed.data;
  return {
    name,
    sourceRepository,
    targetRepository,
    ...(provisioningState ? { provisioningState } : {}),
    ...(credentialSetResourceId ? { credentialSet: credentialSetResourceId } : {}),
  };
}

/** @throws SyncError INVALID_INPUT when `id` is not that of a registry */
export function parseRegistryId(id: string): ResourceId {
  const resource = parseResourceId(id);
  if (resource.type.toLowerCase() === 'microsoft.containerregistry/registries') return resource;
  throw new SyncError('INVALID_INPUT', `not the resource id of a container registry: "${id.slice(0, 200)}"`);
}

function settingsOf(found: z.infer<typeof registryDocument>): RegistrySettings {
  return {
    sku: found.sku?.name ?? undefined,
    location: found.location?.toLowerCase().replaceAll(' ', ''),
    provisioningState: found.provisioningState ?? undefined,
    publicNetworkAccess: found.publicNetworkAccess ?? undefined,
    defaultAction: found.networkRuleSet?.defaultAction ?? undefined,
    bypass: found.networkRuleBypassOptions ?? undefined,
    authenticationAsArm: statusOf(found.policies ?? {}, 'azureADAuthenticationAsArmPolicy'),
    roleAssignmentMode: found.roleAssignmentMode ?? undefined,
    dataEndpointHosts: found.dataEndpointHostNames ?? [],
    privateEndpoints: found.privateEndpointConnections?.map(({ name, privateLinkServiceConnectionState }) => ({
      name: name ?? '',
      status: privateLinkServiceConnectionState?.status ?? 'unknown',
    })),
  };
}

/** The command line spells names another way than ARM: `azureAd…` for `azureAD…`. */
function statusOf(policies: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const policy = Object.entries(policies).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
  return z.object({ status: z.string() }).safeParse(policy).data?.status;
}

/** `properties` laid over what is beside it; anything that is no object stays as it is. */
function flatten(document: unknown): unknown {
  if (typeof document !== 'object' || document === null || !('properties' in document)) return document;
  const { properties, ...rest } = document;
  return typeof properties === 'object' && properties !== null ? { ...rest, ...properties } : document;
}

function unexpected(what: string, error: z.ZodError): SyncError {
  return new SyncError('ARM_UNEXPECTED', `${what}: ${z.prettifyError(error).slice(0, 300)}`, { cause: error });
}
