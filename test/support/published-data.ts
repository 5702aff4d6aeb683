import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const folder = join(__dirname, '..', '..', 'docs', 'events');

/** Refuses data that the published schema of their type does not allow. @param type without its prefix */
export function checkEventData(type: string, data: unknown): void {
  const document: unknown = JSON.parse(readFileSync(join(folder, `${type}.schema.json`), 'utf8'));
  // As it arrives: JSON knows no undefined.
  z.fromJSONSchema(document as Parameters<typeof z.fromJSONSchema>[0]).parse(JSON.parse(JSON.stringify(data)));
}
