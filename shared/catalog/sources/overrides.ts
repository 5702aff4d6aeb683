import { z } from 'zod';
import { repositoryShape, tagShape } from '../../model/artifact.js';
import { conditionSchema } from '../condition.js';
import { parseSourceDocument } from './source-document.js';

const repository = z
  .string()
  .max(255)
  .regex(repositoryShape, 'must be a path in MAR without host, such as oss/v2/kubernetes/coredns')
  .refine((text) => !/^mcr\.[a-z]/.test(text), 'must not name the host of MAR')
  .describe('Path in MAR without host, for example `oss/v2/kubernetes/coredns`.');
const tag = z.string().regex(tagShape, 'must be a tag, such as v1.13.1-20');
const component = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'must be the name of a component, such as coredns')
  .describe("AKS's own name of the component, as Component Insights and `explain` spell it.");
const because = z.string().min(1).max(500).describe('Why; for the people who read this file later.');
const tags = z.array(tag).min(1).max(100);
const repositories = z.array(repository).min(1).max(20);
const when = conditionSchema.describe('When nodes pull it; the conditions of docs/catalog.md.');
const list = <Entry extends z.ZodType>(entry: Entry) => z.array(entry).max(1000).default([]);

const addedComponent = z.strictObject({
  name: component,
  repositories: repositories.describe('Newest path first.'),
  versions: tags.optional().describe('Tags to warm, all of them; without it, what AKS reports for the cluster.'),
  when: when.default({ kind: 'always' }).describe('When nodes pull it; always, unless said otherwise.'),
  because,
});

const replacedComponent = z
  .strictObject({
    name: component,
    repositories: repositories.optional().describe('Instead of those of the catalogue, newest path first.'),
    versions: tags.optional().describe('Instead of what every source says, also Component Insights.'),
    when: when.optional(),
    because,
  })
  .refine(
    (entry) => entry.repositories !== undefined || entry.versions !== undefined || entry.when !== undefined,
    'must replace something: repositories, versions or when',
  );

/** The file `overrides.json`: what people know better. Its JSON Schema, docs/overrides.schema.json, is generated from this. */
export const overridesSchema = z
  .strictObject({
    $schema: z.string().max(500).optional().describe('For editors; not read.'),
    components: z
      .strictObject({
        add: list(addedComponent).describe('Components that the catalogue does not know.'),
        replace: list(replacedComponent).describe('Components that the catalogue knows otherwise.'),
        exclude: list(z.strictObject({ name: component, because })).describe(
          'Components that are never warmed, whatever reports them. Nodes that pull one all the same find it uncached.',
        ),
      })
      .prefault({}),
    repositories: z
      .strictObject({
        add: list(z.strictObject({ component, repository, because })).describe(
          'One more place of a component, the first.',
        ),
        replace: list(z.strictObject({ repository, by: repository, because })).describe(
          'A repository that moved: wherever the catalogue names the one, the other is meant.',
        ),
        exclude: list(z.strictObject({ repository, because })).describe('Repositories that nothing is pulled from.'),
      })
      .prefault({}),
    images: list(z.strictObject({ repository, tags, when: when.default({ kind: 'always' }), because })).describe(
      'Images of your own workloads that come through the same cache: MAR has them, every cluster warms them.',
    ),
  })
  .superRefine((overrides, context) => {
    for (const { path, name } of repeatedNames(overrides)) {
      context.addIssue({ code: 'custom', path, message: `${name} is named twice` });
    }
  });

export type Overrides = z.infer<typeof overridesSchema>;

export const noOverrides: Overrides = overridesSchema.parse({});

/** Far more than people write; keeps a mistaken upload from costing memory. */
const mostCharacters = 1024 * 1024;

/**
 * Strict: a field that is not known is a mistake of the one who wrote it.
 * @throws SyncError CATALOG_SOURCE_INVALID naming the field
 */
export function parseOverrides(text: string, document = 'overrides.json'): Overrides {
  return parseSourceDocument(overridesSchema, text, { source: 'overrides', document }, mostCharacters);
}

/** A component, or a repository, that two entries speak about: which of them should win is not ours to guess. */
function repeatedNames({
  components,
  repositories,
}: Overrides): readonly { path: (string | number)[]; name: string }[] {
  const named = [
    ...(['add', 'replace', 'exclude'] as const).flatMap((action) =>
      components[action].map(({ name }, index) => ({ path: ['components', action, index, 'name'], name })),
    ),
    ...(['replace', 'exclude'] as const).flatMap((action) =>
      repositories[action].map((entry, index) => ({
        path: ['repositories', action, index, 'repository'],
        name: entry.repository,
      })),
    ),
  ];
  const seen = new Set<string>();
  return named.filter(({ path, name }) => {
    const key = `${path[0]} ${name.toLowerCase()}`;
    const isRepeated = seen.has(key);
    seen.add(key);
    return isRepeated;
  });
}
