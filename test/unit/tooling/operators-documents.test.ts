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
