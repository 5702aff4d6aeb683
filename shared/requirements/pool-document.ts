import type { NodePool } from '../model/cluster.js';

/** ARM's entry of a pool under `properties.agentPoolProfiles`; what the pool says of itself where ARM has none. */
export function poolDocument(
  properties: Readonly<Record<string, unknown>>,
  pool: NodePool,
): Readonly<Record<string, unknown>> {
  const profiles = properties['agentPoolProfiles'];
  const own = { name: pool.name, osType: pool.osType, osSKU: pool.osSku };
  if (!Array.isArray(profiles)) return own;
  const found: unknown = profiles.find((profile: unknown) => isRecord(profile) && profile['name'] === pool.name);
  return isRecord(found) ? found : own;
}

/** `1.29` of `asm-1-29`, for every revision of the service mesh add-on. */
export function installedMeshMinors(properties: Readonly<Record<string, unknown>>): readonly string[] {
  const mesh = properties['serviceMeshProfile'];
  const istio = isRecord(mesh) ? mesh['istio'] : undefined;
  const revisions = isRecord(istio) ? istio['revisions'] : undefined;
  if (!Array.isArray(revisions)) return [];
  return revisions.flatMap((revision: unknown) => {
    const match = typeof revision === 'string' ? /^asm-(\d{1,3})-(\d{1,3})$/.exec(revision) : null;
    return match ? [`${match[1]}.${match[2]}`] : [];
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
