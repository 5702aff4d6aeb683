import { lookup } from 'node:dns/promises';
import { BlockList, isIPv6 } from 'node:net';
import type { TokenCredential } from '@azure/core-auth';
import { z } from 'zod';
import { SyncError } from '../model/errors.js';
import type { ResourceId } from '../model/resource-id.js';
import { RegistryClient } from '../oci/registry-client.js';
import type { DnsAnswer, Permission, RegistryProber, RegistryProbes, Verdict } from '../warming/registry-facts.js';
import { AcrTokens } from './acr-tokens.js';
import type { ArmClient } from './arm-client.js';

const registryApiVersion = '2025-11-01';
const authorizationApiVersion = '2022-04-01';
const patienceMs = 15_000;
/** Any tag does: what is not there is refused to nobody. */
const anyTag = '3.6';

const permission = z.object({ actions: z.array(z.string()), notActions: z.array(z.string()).nullish() });
const credentialHealth = z.object({
  credentialHealth: z.object({ status: z.string().nullish(), errorMessage: z.string().nullish() }).nullish(),
});
const credentialSet = z.object({ properties: z.object({ authCredentials: z.array(credentialHealth).nullish() }) });

/** Asks registries over the network, and ARM about what the identity may do there. */
export class NetworkProber implements RegistryProber {
  constructor(
    private readonly arm: ArmClient,
    private readonly credential: TokenCredential,
    private readonly now: () => Date,
  ) {}

  /** As every program on this machine would resolve it, the hosts file included. */
  async resolve(host: string): Promise<DnsAnswer> {
    try {
      const addresses = (await lookup(host, { all: true })).map(({ address }) => address).sort();
      if (addresses.length === 0) return { kind: 'missing', reason: 'no address' };
      return { kind: addresses.every(isPrivate) ? 'private' : 'public', addresses };
    } catch (error) {
      return { kind: 'missing', reason: codeOf(error) };
    }
  }

  /** A registry answers 401 to a stranger, and 403 to a network that it refuses. */
  async reach(loginServer: string): Promise<Verdict> {
    try {
      const signal = AbortSignal.timeout(patienceMs);
      const response = await fetch(`https://${loginServer}/v2/`, { redirect: 'manual', signal });
      await response.body?.cancel();
      if (response.status === 401 || response.ok) return { kind: 'allowed' };
      const why = response.status === 403 ? 'its firewall refuses this network (403)' : `it answers ${response.status}`;
      return { kind: 'refused', reason: why };
    } catch (error) {
      return { kind: 'refused', reason: codeOf(error) };
    }
  }

  async pull(loginServer: string, repository: string): Promise<Verdict> {
    const client = new RegistryClient(`https://${loginServer}`, new AcrTokens(loginServer, this.credential, this.now));
    try {
      await client.head(repository, anyTag);
      return { kind: 'allowed' };
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      if (error.code === 'MANIFEST_UNKNOWN') return { kind: 'allowed' };
      return { kind: error.code === 'REGISTRY_FORBIDDEN' ? 'refused' : 'unknown', reason: error.message };
    }
  }

  async permissions(registry: ResourceId): Promise<RegistryProbes['permissions']> {
    try {
      const path = `${registry.id}/providers/Microsoft.Authorization/permissions`;
      return (await this.arm.list(path, authorizationApiVersion)).flatMap(readPermission);
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      return { unread: error.message };
    }
  }

  /** What cannot be read counts as healthy: the rule's own check tells that there are credentials at all. */
  async unhealthyCredentials(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = await Promise.all(ids.map(async (id) => [id.toLowerCase(), await this.#illness(id)] as const));
    return new Map(found.flatMap(([id, reason]) => (reason === undefined ? [] : [[id, reason] as const])));
  }

  async #illness(id: string): Promise<string | undefined> {
    const answer = await this.arm.get(id, registryApiVersion).catch((error: unknown) => {
      if (!(error instanceof SyncError)) throw error;
    });
    const parsed = credentialSet.safeParse(answer?.body);
    const healths = parsed.data?.properties.authCredentials?.map((one) => one.credentialHealth) ?? [];
    const ill = healths.find((health) => health?.status?.toLowerCase() === 'unhealthy');
    return ill ? (ill.errorMessage ?? 'unhealthy').slice(0, 300) : undefined;
  }
}

function readPermission(entry: unknown): readonly Permission[] {
  const parsed = permission.safeParse(entry);
  if (!parsed.success) return [];
  return [{ actions: parsed.data.actions, notActions: parsed.data.notActions ?? [] }];
}

/** RFC 1918, RFC 6598, RFC 3927, loopback; RFC 4193, RFC 4291. */
const privateAddresses = new BlockList();
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['127.0.0.0', 8],
] as const) {
  privateAddresses.addSubnet(network, prefix, 'ipv4');
}
privateAddresses.addSubnet('fc00::', 7, 'ipv6');
privateAddresses.addSubnet('fe80::', 10, 'ipv6');
privateAddresses.addAddress('::1', 'ipv6');

export function isPrivate(address: string): boolean {
  return privateAddresses.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** `fetch` wraps what went wrong in a TypeError. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  if (error.name === 'TimeoutError') return `no answer within ${patienceMs / 1000} s`;
  const inner = error.cause instanceof Error ? error.cause : error;
  return 'code' in inner && typeof inner.code === 'string' ? inner.code : inner.message.slice(0, 200);
}
