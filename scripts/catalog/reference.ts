import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseAgentBakerList } from '../../shared/catalog/sources/agentbaker.js';
import type { AgentBakerFacts } from '../../shared/catalog/sources/facts.js';

const componentSchema = z.object({
  component: z.string(),
  repositories: z.array(z.string()),
  tag: z.string(),
  kind: z.enum(['image', 'binary']),
  os: z.enum(['linux', 'windows', 'any']),
  when: z.unknown(),
  evidence: z.array(z.string()),
  confidence: z.enum(['low', 'medium', 'high']),
  exampleTags: z.array(z.string()),
  aksReportsComponent: z.boolean().default(true),
  whenPropertyNameUnverified: z.boolean().default(false),
  aliasOf: z.string().optional(),
  usedBy: z.array(z.string()).default([]),
  unmapped: z.boolean().default(false),
  candidates: z.array(z.string()).default([]),
  rules: z.unknown().optional(),
  derivation: z.unknown().optional(),
});

const releaseSchema = z.object({
  kubernetesVersion: z.string(),
  /** ISO date at which the table was last read like this. */
  tableLastSeen: z.string(),
  components: z.array(z.object({ name: z.string(), version: z.string().nullable(), column: z.string() })),
  breakingChanges: z.array(z.object({ name: z.string(), to: z.string() })),
});

const nodeImageSchema = z.object({
  os: z.string(),
  release: z.string(),
  images: z.array(z.string()),
  /** Name and version of every package; names repeat where several versions are kept. */
  packages: z.array(z.tuple([z.string(), z.string()])),
});

export type ReferenceComponent = z.infer<typeof componentSchema>;
export type ReferenceRelease = z.infer<typeof releaseSchema>;
export type NodeImageNotes = z.infer<typeof nodeImageSchema>;

export interface Reference {
  readonly components: readonly ReferenceComponent[];
  readonly releases: readonly ReferenceRelease[];
  readonly agentBaker: AgentBakerFacts;
  readonly nodeImages: readonly NodeImageNotes[];
}

/** @param folder holds components.json, releases.json, agentbaker-components.json and vhd-images.json */
export function readReference(folder: string): Reference {
  const text = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const read = (file: string): unknown => JSON.parse(text(file));
  return {
    components: z.array(componentSchema).parse(read('components.json')),
    releases: z.array(releaseSchema).parse(read('releases.json')),
    agentBaker: parseAgentBakerList(text('agentbaker-components.json')),
    nodeImages: z.array(nodeImageSchema).parse(read('vhd-images.json')),
  };
}

const host = 'mcr.microsoft.com/';

/** @throws when the reference is no tag on MAR */
export function splitReference(image: string): { repository: string; tag: string } {
  const colon = image.lastIndexOf(':');
  if (!image.startsWith(host) || colon < 0) throw new Error(`not a tag on MAR: ${image}`);
  return { repository: image.slice(host.length, colon), tag: image.slice(colon + 1) };
}
