/**
 * `npm run build`, its last step: the command line as two files below dist/cli, which start in a fraction of the time that its modules
 * take one by one. Modules are CommonJS there and are run when they are first asked for, as in the sources; Azure's packages stay
 * where they are installed. docs/adr/0004.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const fromRoot = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** zod carries its messages in fifty languages. */
const onlyEnglish = {
  name: 'only-english',
  setup: ({ onLoad }) =>
    onLoad({ filter: /zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    })),
};

const options = {
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  // Node would load its own loader of ES modules for an `import()`.
  supported: { 'dynamic-import': false },
  // Names stay: they are what a stack trace of a bug tells.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 160,
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'eof',
  plugins: [onlyEnglish],
  logLevel: 'warning',
};

await build({
  ...options,
  entryPoints: [fromRoot('cli/main.ts')],
  outfile: fromRoot('dist/cli/main.js'),
  external: ['./program.js'],
});
await build({
  ...options,
  entryPoints: [fromRoot('cli/program.ts')],
  outfile: fromRoot('dist/cli/program.js'),
  external: ['@azure/*'],
});
await writeFile(fromRoot('dist/cli/package.json'), '{ "type": "commonjs" }\n');
