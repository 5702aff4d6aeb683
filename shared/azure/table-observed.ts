import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { isRepository, isTag } from '../model/artifact.js';
import { isKubernetesVersion } from '../model/kubernetes-version.js';
import type { ObservedArtifact } from '../requirements/observed.js';
import type { ObservedArtifacts } from '../requirements/ports.js';
import { packColumns, unpackColumns } from './packed-columns.js';
import { isConflict, isNotFound } from './table-errors.js';
import { encodeKey } from './table-keys.js';

const date = z.iso.datetime().transform((text) => new Date(text));
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
    try {
      const entity = await this.table.getEntity(partitionKey, encodeKey(minor));
      return { facts: facts.parse(unpackColumns(entity) ?? []), etag: entity.etag };
    } catch (error) {
      if (isNotFound(error)) return { facts: [], etag: undefined };
      throw error;
    }
  }

  async save(minor: string, learnt: readonly ObservedArtifact[], etag: string | undefined): Promise<boolean> {
    const columns = packColumns(learnt, `what was observed of Kubernetes ${minor}`);
    const entity = { partitionKey, rowKey: encodeKey(minor), minor, ...columns };
    try {
      if (etag === undefined) await this.table.createEntity(entity);
      else await this.table.updateEntity(entity, 'Replace', { etag });
      return true;
    } catch (error) {
      if (isConflict(error) || isNotFound(error)) return false;
      throw error;
    }
  }
}
