import { z } from 'zod';
import { longestHours } from '../gate/break-glass.js';
import type { AskedVersion } from '../gate/upgrade-kinds.js';
import { SyncError } from '../model/errors.js';
import type { ResourceId } from '../model/resource-id.js';
import { describeIssues } from './describe-issues.js';
import { askedVersion, named, parseJson } from './requests.js';
import { parseClusterId } from '../model/resource-id.js';

const text = (most: number, missing: string) => {
  const wanted = `must be 1 to ${most} characters`;
  return z.string(`is missing: ${missing}`).trim().min(1, wanted).max(most, wanted);
};
const why = 'say in words why';
const hours = `must be a number of hours, more than 0 and at most ${longestHours}`;

const mendFields = {
  cluster: z.string('is missing: the resource id of the cluster').max(2048),
  kubernetesVersion: askedVersion,
  who: text(200, 'say who you are').optional(),
};

const breakBody = z.strictObject({
  ...mendFields,
  reason: text(2000, why),
  expiresInHours: z.number(hours).positive(hours).max(longestHours, hours),
});

const mendBody = z.strictObject({ ...mendFields, reason: text(2000, why).default('mended') });

/** A glass to be mended. */
export interface MendRequest {
  readonly cluster: ResourceId;
  readonly version: AskedVersion;
  readonly who: string;
  readonly reason: string;
}

/** A glass to be broken. */
export interface BreakRequest extends MendRequest {
  readonly hours: number;
}

/**
 * @param body `{cluster, kubernetesVersion, reason, expiresInHours, who?}`
 * @param signedIn name of the person as Entra gave it; it counts more than what the body says
 * @throws SyncError INVALID_INPUT naming the field
 */
export function parseBreakRequest(body: string, signedIn: string | null): BreakRequest {
  const parsed = breakBody.safeParse(parseJson(body));
  if (!parsed.success) throw new SyncError('INVALID_INPUT', describeIssues(parsed.error));
  return { ...orderOf(parsed.data, signedIn), hours: parsed.data.expiresInHours };
}

/** @param body `{cluster, kubernetesVersion, who?, reason?}` @throws SyncError INVALID_INPUT naming the field */
export function parseMendRequest(body: string, signedIn: string | null): MendRequest {
  const parsed = mendBody.safeParse(parseJson(body));
  if (!parsed.success) throw new SyncError('INVALID_INPUT', describeIssues(parsed.error));
  return orderOf(parsed.data, signedIn);
}

function orderOf(fields: z.infer<typeof mendBody>, signedIn: string | null): MendRequest {
  const who = signedIn?.trim().slice(0, 200) || fields.who;
  if (!who) throw new SyncError('INVALID_INPUT', 'who: is missing: nobody is signed in, so say who you are');
  const { kubernetesVersion: version, reason } = fields;
  return { cluster: named('cluster', () => parseClusterId(fields.cluster)), version, who, reason };
}
