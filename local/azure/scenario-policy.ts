import { z } from 'zod';
import { name } from './scenario-values.js';

/** An assignment of infra/policy/kubernetes-versions.json to the subscription. */
export const policyAssignment = z.strictObject({
  name: name.describe('Name of the assignment; the app keeps its lists.'),
  enforcementMode: z.enum(['Default', 'DoNotEnforce']).default('Default').describe('As people have set it.'),
  notScopes: z.array(z.string()).default([]).describe('Excluded scopes, as people have set them.'),
});

export const expectedPolicy = z.strictObject({
  guarded: z.array(name).describe('Exactly the clusters that are guarded at the end.'),
  allowed: z.array(z.string()).describe('Exactly what is allowed at the end, as `<cluster> <version>`.'),
});

export type ScenarioPolicyAssignment = z.infer<typeof policyAssignment>;
