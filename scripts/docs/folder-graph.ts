import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { join } from 'node:path';

/**
 * Which folder of the product imports which, as a Mermaid flowchart in a fenced block. Files of one folder are one node,
 * imports of a whole folder one arrow; packages and tests are left out.
 * @param root the repository
 */
export async function folderGraph(root: string): Promise<string> {
  const options = await extractDepcruiseOptions(join(root, '.dependency-cruiser.cjs'));
  const result = await cruise(
    ['.'],
    { ...options, baseDir: root, includeOnly: '^(functions|shared|cli)/' },
    undefined,
    {
      tsConfig: extractTSConfig(join(root, 'tsconfig.json')),
    },
  );
  if (typeof result.output === 'string') throw new Error('dependency-cruiser answered text instead of its result');
  return ['```mermaid', 'flowchart TD', ...arrows(result.output).map((arrow) => `  ${arrow}`), '```'].join('\n');
}

function arrows({ modules }: ICruiseResult): readonly string[] {
  const all = modules.flatMap((module) =>
    module.dependencies.map((dependency) => [folderOf(module.source), folderOf(dependency.resolved)] as const),
  );
  const between = all.filter(([from, to]) => from !== to);
  return [...new Set(between.map(([from, to]) => `${from} --> ${to}`))].sort();
}

/** Rooms of one thing: the composition root and the app, the settings and their reading. */
const oneThing: Readonly<Record<string, string>> = { compose: 'app', settings: 'config' };

/** `shared/gate/decision/decide.ts` -> `shared/gate`, `shared/app.ts` -> `shared/app`, `functions/sync.ts` -> `functions`. */
function folderOf(path: string): string {
  const [top = path, below] = path.split('/');
  if (top !== 'shared' || below === undefined) return top;
  const room = below.replace(/[.]ts$/, '');
  return `shared/${oneThing[room] ?? room}`;
}
