import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failures } from '../../../shared/model/errors.js';
import { settings } from '../../../shared/settings.js';
import { exampleNames, resourcesOf } from '../../support/infra/snapshots.js';

const read = (path: string): string => readFileSync(path, 'utf8');
const pages = readdirSync('docs').filter((name) => name.endsWith('.md'));
/** Headings as GitHub makes anchors of them. */
const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^a-z0-9 _-]/g, '')
      .replace(/ /g, '-'),
  );

test('every error code says what a person sees, what to run first and how it ends', () => {
  const sections = read('docs/troubleshooting.md').split(/^## /m).slice(1);
  const complete = sections.filter((text) => /\*\*You see\*\*[\s\S]+```sh\n.+\n```[\s\S]+\*\*It ends\*\*/.test(text));
  expect(complete.map((text) => text.split('\n')[0]).sort()).toEqual(Object.keys(failures).sort());
});

test.each(exampleNames)('every alert of the example %s names its section, which says what to do', (name) => {
  const operations = read('docs/operations.md');
  const alerts = resourcesOf(name, 'Microsoft.Insights/scheduledQueryRules');
  expect(alerts).not.toEqual([]);
  for (const { properties } of alerts) {
    const [, anchor = ''] = /docs\/operations\.md#(alert-[a-z-]+)$/.exec(String(properties['description'])) ?? [];
    expect(anchorsOf(operations)).toContain(anchor);
    const section = operations.split(`### Alert: ${anchor.replace(/^alert-/, '')}`)[1]?.split('\n### ')[0];
    expect(section).toMatch(/\*\*Means\*\*[\s\S]+\*\*First\*\*[\s\S]+\*\*Then\*\*/);
  }
});

test('the index of documents names every page', () => {
  const index = read('docs/README.md');
  expect(pages.filter((name) => name !== 'README.md' && !index.includes(`(${name})`))).toEqual([]);
});

test.each(pages)('links of docs/%s lead to files and headings that are there', (page) => {
  const text = read(`docs/${page}`).replace(/```[\s\S]*?```/g, '');
  const links = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link);
  const broken = links.filter((link) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? `docs/${page}` : join(dirname(`docs/${page}`), path);
    if (!existsSync(target)) return true;
    return anchor !== undefined && target.endsWith('.md') && !anchorsOf(read(target)).includes(anchor);
  });
  expect(broken).toEqual([]);
});

test('every host that a setting names by itself is in the table of hosts', () => {
  const defaults = Object.values(settings.parse({ SUBSCRIPTION_ID: '00000000-0000-0000-0000-000000000000' }));
  const hosts = defaults.flatMap((value) =>
    typeof value === 'string' && value.startsWith('https://') ? [new URL(value).host] : [],
  );
  expect(hosts).toContain('management.azure.com');
  expect(hosts.filter((host) => !read('docs/network.md').includes(`\`${host}\``))).toEqual([]);
});

test('documents of operators call commands that the command line has', () => {
  const source = readdirSync('cli').map((name) => read(`cli/${name}`));
  const known = source.flatMap((text) => [...text.matchAll(/\.command\('([a-z-]+)/g)].map(([, name]) => name));
  const called = ['operations', 'troubleshooting'].flatMap((page) =>
    [...read(`docs/${page}.md`).matchAll(/npm run -s cli -- ([a-z-]+)/g)].map(([, name]) => name),
  );
  expect(called).not.toEqual([]);
  expect([...new Set(called)].filter((name) => !known.includes(name))).toEqual([]);
});

/** Documents, texts of the command line and of findings: all that tells people a command. */
function textsWithCommands(): readonly (readonly [string, string])[] {
  const sources = ['cli', 'shared/warming', 'shared/gate/reconcile', 'docs/examples', 'docs'].flatMap((folder) =>
    readdirSync(folder).map((name) => join(folder, name)),
  );
  return sources.filter((path) => /\.(md|ts|yml)$/.test(path)).map((path) => [path, read(path)] as const);
}

test('no command of `az aks` is given a resource id: that group takes a name and a resource group alone', () => {
  const wrong = textsWithCommands().flatMap(([path, text]) =>
    [...text.matchAll(/\baz aks [^`\n]*?--ids?\b/g)].map(([command]) => `${path}: ${command}`),
  );
  expect(wrong).toEqual([]);
});

/** Rows of the table of costs: first, second and third cell. */
function rowsOfCosts(): readonly (readonly [string, string, string])[] {
  const section = read('docs/operations.md').split('\n## Cost\n')[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)]
    .map(([, what = '', per = '', example = '']) => [what.trim(), per.trim(), example.trim()] as const)
    .slice(1);
}

test('the estimate of costs adds up', () => {
  const numberIn = (text: string): number => Number(text.replaceAll(',', ''));
  const sums = rowsOfCosts().flatMap(([what, , example]) =>
    [...example.matchAll(/([\d.,]+(?: [×+] [\d.,]+)+)(?: × t)? = ([\d.,]*\d)/g)].map(([, terms = '', result = '']) => {
      const [sign, start] = terms.includes('×') ? ['×', 1] : ['+', 0];
      const values = terms.split(` ${sign} `).map(numberIn);
      return [what, values.reduce((a, b) => (sign === '×' ? a * b : a + b), start), numberIn(result)] as const;
    }),
  );
  expect(sums.length).toBeGreaterThan(8);
  expect(sums.filter(([, computed, told]) => Math.abs(computed - told) > 0.01)).toEqual([]);
});

test('the estimate of costs stands on the figures that the benchmark printed', () => {
  const benchmarks = read('docs/benchmarks.md');
  const measured = (row: string): number =>
    Number(benchmarks.split(`\n| ${row}`)[1]?.split('|')[1]?.trim() ?? Number.NaN);
  const per = (row: string): number =>
    Number(/^[\d.]+/.exec(rowsOfCosts().find(([what]) => what.startsWith(row))?.[1] ?? '')?.[0]);
  expect({
    executions: per('executions, warming'),
    busySeconds: per('GB-seconds, warming, at least'),
    addedSeconds: per('GB-seconds, warming, at most'),
    transactions: per('storage transactions, warming'),
    timer: per('storage transactions, timer'),
    timerAndProofs: per('storage transactions, timer') + per('storage transactions, proofs'),
    requests: per('registry requests, proofs'),
  }).toEqual({
    executions: measured('cold: invocations an artifact'),
    busySeconds: measured('cold: execution an artifact, ms that the instance is busy') / 1000,
    addedSeconds: measured('cold: execution an artifact, ms of all invocations, added') / 1000,
    transactions: measured('cold: storage transactions an artifact'),
    timer: measured('steady: timer with nothing to do, storage transactions'),
    timerAndProofs: measured('steady: round with its timer, storage transactions'),
    requests: measured('steady: round with its timer, requests to the registry'),
  });
});
