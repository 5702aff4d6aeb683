import { createHash } from 'node:crypto';
import type { KubernetesVersion } from '../model/kubernetes-version.js';

/** Keys may be 1 KiB of UTF-16; some is left for what a store adds. */
const longestKey = 400;

/**
 * A table key from any text: characters that tables refuse (`/ \ # ? %` and control characters) and `~` itself become `~xx`.
 * Different texts give different keys. Source: "Understanding the Table service data model", characters disallowed in key fields.
 */
export function encodeKey(text: string): string {
  const encoded = text.replace(/[^A-Za-z0-9._:@ -]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `~${byte.toString(16).padStart(2, '0')}`).join(''),
  );
  if (encoded.length <= longestKey) return encoded;
  const hash = createHash('sha256').update(text).digest('hex');
  return `${encoded.slice(0, longestKey - 66)}~~${hash}`;
}

export interface RowKeys {
  readonly partitionKey: string;
  readonly rowKey: string;
}

/** Where the tables of targets keep what they know of one: partition = cluster, in whatever case it is spelt, row = Kubernetes version. */
export function targetKeys(clusterId: string, version: KubernetesVersion): RowKeys {
  return { partitionKey: encodeKey(clusterId.toLowerCase()), rowKey: encodeKey(version) };
}

/** The text of a key; undefined for one that was too long to keep it, or is none of ours. */
export function decodeKey(key: string): string | undefined {
  const text = key.replace(/(?:~[0-9a-f]{2})+/gu, (bytes) =>
    Buffer.from(bytes.replaceAll('~', ''), 'hex').toString('utf8'),
  );
  return encodeKey(text) === key ? text : undefined;
}
