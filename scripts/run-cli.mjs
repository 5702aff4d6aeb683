/** `npm run -s cli -- plan …`: the built command line, or what to do first. Exit code 1 when it is not built. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(program)) {
  process.argv[1] = fileURLToPath(program);
  await import(program.href);
} else {
  console.error('The command line is not built yet: run `npm run build` first.');
  process.exitCode = 1;
}
