import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { isRepository, isTag } from '../model/artifact.js';
import { isKubernetesVersion } from '../model/kubernetes-version.js';
import type { ObservedArtifact } from '../requirements/observed.js';
import type { ObservedArtifacts } from '../requirements/ports.js';
import { packColumns, unpackColumns } from './packed-columns.js';
import { encodeKey } from './table-keys.js';
import { dateColumn as date, readRow, replaceRow } from './table-rows.js';

const facts = z.array(
  z.object({
    repository: z.string().refine(isRepository),
    tag: z.string().refine(isTag),
    kubernetesVersion: z.string().refine(isKubernetesVersion),
    cluster: z.string(),
    features: z.array(z.string()),
    firstSeen: date,
    lastSeen: date,
  }),
);

const partitionKey = 'observed';

/** Table `syncObserved`: one partition, row = Kubernetes minor, its facts packed. */
export class TableObserved implements ObservedArtifacts {
  constructor(private readonly table: TableClient) {}

  async get(minor: string) {
    const stored = await readRow(this.table, { partitionKey, rowKey: encodeKey(minor) });
    return { facts: facts.parse((stored && unpackColumns(stored)) ?? []), etag: stored?.etag };
  }

  async save(minor: string, learnt: readonly ObservedArtifact[], etag: string | undefined): Promise<boolean> {
    const columns = packColumns(learnt, `what was observed of Kubernetes ${minor}`);
    const entity = { partitionKey, rowKey: encodeKey(minor), minor, ...columns };
    return (await replaceRow(this.table, entity, etag)) !== undefined;
  }
}
