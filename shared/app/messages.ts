import { z } from 'zod';
import { isRepository, isTag } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import { isKubernetesVersion } from '../model/kubernetes-version.js';
import { parseClusterId, parseResourceId, type ResourceId } from '../model/resource-id.js';
import type { GateTask } from '../gate/ports.js';
import { describeIssues } from './describe-issues.js';
import type { PlanTask, WarmTask } from '../warming/ports.js';

const clusterId = z.string().refine(parses(parseClusterId), 'must be the resource id of an AKS cluster');
const gateId = z.string().refine(parses(parseResourceId), 'must be the resource id of a Fleet gate');
const kubernetesVersion = z.string().refine(isKubernetesVersion, 'must be a Kubernetes version such as 1.35.6');
const step = z.number().int().min(0);

const at = z.iso.datetime();
const planTask = z.object({ clusterId, kubernetesVersion, attempt: step, neededBy: at.exactOptional() });

const warmTask = z.object({
  registry: z.string().min(1).max(2048),
  repository: z.string().refine(isRepository, 'must be a repository'),
  tag: z.string().refine(isTag, 'must be a tag'),
  step,
  carried: z.string().max(48_000).exactOptional(),
});

const round = z.object({
  loginServer: z.string().min(1).max(300),
  incarnation: z.string().max(100),
  evidence: z.enum(['inventory', 'heads']),
  startedAt: at,
  verifiedAt: at,
  after: z.string().max(400),
  attempt: step,
});

const gateTask = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('verify-registry'), registry: z.string().min(1).max(2048), round: round.exactOptional() }),
  z.object({ kind: z.literal('policy') }),
  z.object({ kind: z.literal('target'), clusterId, kubernetesVersion, step: step.exactOptional() }),
  z.object({ kind: z.literal('maintenance'), clusterId }),
  z.object({ kind: z.literal('fleet-gate'), gateId, after: at.exactOptional() }),
]);

/** @throws SyncError INVALID_INPUT naming the field: the message ends in `plan-poison` */
export function parsePlanTask(message: unknown): PlanTask {
  return parseMessage(planTask, message, 'plan');
}

/** @throws SyncError INVALID_INPUT naming the field: the message ends in `warm-poison` */
export function parseWarmTask(message: unknown): WarmTask {
  return parseMessage(warmTask, message, 'warm');
}

/** @throws SyncError INVALID_INPUT naming the field: the message ends in `gate-poison` */
export function parseGateTask(message: unknown): GateTask {
  return parseMessage(gateTask, message, 'gate');
}

function parseMessage<Schema extends z.ZodType>(schema: Schema, message: unknown, queue: string): z.infer<Schema> {
  const parsed = schema.safeParse(message);
  if (parsed.success) return parsed.data;
  throw new SyncError('INVALID_INPUT', `message of queue ${queue}: ${describeIssues(parsed.error)}`);
}

function parses(parse: (text: string) => ResourceId): (text: string) => boolean {
  return (text) => {
    try {
      return parse(text).id === text;
    } catch {
      return false;
    }
  };
}

/** How often the queue handed out a message: `dequeueCount` of its metadata, 1 where it is absent. */
export function deliveriesOf(metadata: Readonly<Record<string, unknown>> | undefined): number {
  const count = Number(metadata?.['dequeueCount'] ?? 1);
  return Number.isInteger(count) && count > 0 ? count : 1;
}
