/**
 * Writes shared/catalog/data from a folder of reference files: `npm run catalog -- [folder]` (default ../shared/reference).
 * Idempotent: the same reference gives the same bytes.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildCatalogFiles } from './catalog/build.js';

const target = 'shared/catalog/data';

for (const [file, text] of buildCatalogFiles(process.argv[2] ?? '../shared/reference')) {
  writeFileSync(join(target, file), text);
  console.log(`${join(target, file)}: ${text.length} characters`);
}
