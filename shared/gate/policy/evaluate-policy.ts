import { createHash } from 'node:crypto';
import type { Cluster } from '../../model/cluster.js';
import { SyncError } from '../../model/errors.js';
import { compareVersions, type KubernetesVersion } from '../../model/kubernetes-version.js';
import type { ClusterList, ClusterReader } from '../../requirements/ports.js';
import type { TargetRecord } from '../../warming/ports.js';
import { auditIdOf } from '../audit.js';
import { modeOf, type EnforcementPolicy } from '../enforcement.js';
import { judgeTarget, type JudgePorts, type JudgeReads } from '../evaluate-target.js';
import { passageOf, type Passage } from '../passage.js';
import { listClusters } from './list-clusters.js';
import { isSameLists, makeLists, runningVersionsOf, type PolicyFacts } from './policy-lists.js';
import type { AuditEntry, AuditTrail, SeenClusters } from '../ports.js';
import type { PolicyAssignment, PolicyLists } from './policy-ports.js';
import { wakePolicy, type WakePolicyPorts } from './wake-policy.js';

export interface PolicyPorts extends JudgePorts, WakePolicyPorts {
  readonly clusters: ClusterReader;
  readonly seenClusters: SeenClusters;
  readonly audit: AuditTrail;
  readonly enforcement: EnforcementPolicy;
  /** Lower case: clusters of other subscriptions are left as they are. */
  readonly subscriptionId: string;
}

/** After a change the lists are looked at once more: the API has no ETag, so another worker may have written at the same moment. */
const confirmSeconds = 15;
const conflictSeconds = 5;
/** A worker that was asleep for longer between its judgement and its write judges again. */
const fenceMs = 5 * 60_000;
/** Entries of the audit trail among which a change that only would be made is looked for before it is told again. */
const recentEntries = 200;

/**
 * Keeps the parameters of the policy assignment true: which clusters are guarded, and which versions each may have.
 *
 * Runs twice: what is as it should be is not written. Stops anywhere: an audit entry that stays "begun" tells where; the next look makes
 * the lists anew from what is judged then. Versions are judged after the assignment is read, and it is written only as it was read: what
 * another worker wrote on newer facts is not undone.
 * @returns one line for the log
 * @throws SyncError of ARM: the message comes back
 */
export async function evaluatePolicy(ports: PolicyPorts): Promise<string> {
  const { policyAssignments, enforcement } = ports;
  if (!policyAssignments) return 'no policy assignment is kept (setting POLICY_ASSIGNMENT_ID)';
  const assignment = await policyAssignments.get();
  if (!assignment) return 'the policy assignment is not there: check POLICY_ASSIGNMENT_ID';
  const judgedAt = ports.now();
  const facts = await learnFacts(assignment.lists.guarded, ports);
  const ours = (id: string): PolicyFacts =>
    modeOf(id, enforcement) === 'enforce' ? facts.of(id) : { kind: 'untouched' };
  const observed = makeLists(assignment.lists, facts.guarded, facts.of);
  const enforced = makeLists(
    assignment.lists,
    facts.guarded.filter((id) => modeOf(id, enforcement) === 'enforce'),
    ours,
  );
  if (!isSameLists(observed, enforced)) await tellWould(assignment, observed, ports);
  if (isSameLists(assignment.lists, enforced)) return 'the lists are as they should be';
  return await change(assignment, enforced, judgedAt, ports);
}

async function change(
  assignment: PolicyAssignment,
  lists: PolicyLists,
  judgedAt: Date,
  ports: PolicyPorts,
): Promise<string> {
  const at = ports.now();
  const because = describeChange(assignment.lists, lists);
  const entry: AuditEntry = {
    id: auditIdOf(at, 'allow-versions', assignment.id),
    ...{ at, who: 'app', action: 'allow-versions', resource: assignment.id, outcome: 'begun' },
    ...{ before: assignment.lists, after: lists, because },
  };
  await ports.audit.save(entry);
  try {
    const isLate = ports.now().getTime() - judgedAt.getTime() > fenceMs;
    if (isLate || (await ports.policyAssignments?.put(assignment, lists)) === 'conflict') {
      const reason = isLate ? 'too late' : 'it was changed meanwhile';
      await ports.audit.save({ ...entry, outcome: 'failed', because: [...because, reason] });
      await wakePolicy(ports, conflictSeconds);
      return 'the assignment was changed meanwhile; looked at again soon';
    }
  } catch (error) {
    const reason = error instanceof SyncError ? `${error.code}: ${error.message}` : String(error);
    await ports.audit.save({ ...entry, outcome: 'failed', because: [...because, reason] });
    throw error;
  }
  await ports.audit.save({ ...entry, outcome: 'done' });
  await wakePolicy(ports, confirmSeconds);
  return because.join('; ');
}

/** Told once, however often it is found. */
async function tellWould(assignment: PolicyAssignment, lists: PolicyLists, ports: PolicyPorts): Promise<void> {
  const told = (await ports.audit.list(recentEntries)).find(
    ({ action, resource }) => action === 'allow-versions' && resource === assignment.id,
  );
  if (told?.outcome === 'would' && hash(told.after) === hash(lists)) return;
  const at = ports.now();
  await ports.audit.save({
    id: auditIdOf(at, 'allow-versions', assignment.id, 'would'),
    ...{ at, who: 'app', action: 'allow-versions', resource: assignment.id, outcome: 'would' },
    ...{ before: assignment.lists, after: lists, because: describeChange(assignment.lists, lists) },
  });
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

function describeChange(before: PolicyLists, after: PolicyLists): readonly string[] {
  const added = after.allowed.filter((entry) => !before.allowed.includes(entry));
  const removed = before.allowed.filter((entry) => !after.allowed.includes(entry));
  const guarded = after.guarded.filter((id) => !before.guarded.includes(id));
  const freed = before.guarded.filter((id) => !after.guarded.includes(id));
  const lines = [
    ['allowed', added],
    ['no longer allowed', removed],
    ['guarded', guarded],
    ['no longer guarded', freed],
  ] as const;
  return lines
    .filter(([, entries]) => entries.length > 0)
    .map(([what, entries]) => `${what}: ${entries.map(shorten).join(', ')}`);
}

function shorten(entry: string): string {
  return entry.split('/').at(-1)?.replace('|', ' ') ?? entry;
}

interface Facts {
  readonly guarded: readonly string[];
  readonly of: (clusterId: string) => PolicyFacts;
}

/** What ARM and the gates say of every cluster of the subscription. */
async function learnFacts(guarded: readonly string[], ports: PolicyPorts): Promise<Facts> {
  const own = `/subscriptions/${ports.subscriptionId}/`;
  const isOwn = (id: string): boolean => id.toLowerCase().startsWith(own);
  const listed = await listClusters(guarded.filter(isOwn), ports.clusters);
  const records = await ports.targets.list();
  const reads = readOnce(records, ports);
  const known = new Map<string, PolicyFacts>();
  for (const cluster of listed.clusters) known.set(cluster.resource.key, await factsOf(cluster, records, reads));
  await addUnclear(listed, records, known, reads, ports);
  return {
    guarded: [...known].filter(([, { kind }]) => kind === 'guarded').map(([id]) => id),
    of: (id) => known.get(id) ?? { kind: isOwn(id) ? 'left-alone' : 'untouched' },
  };
}

async function factsOf(cluster: Cluster, records: readonly TargetRecord[], reads: JudgeReads): Promise<PolicyFacts> {
  if (cluster.bootstrap.source === 'direct') return { kind: 'left-alone' };
  const { key } = cluster.resource;
  const newer = records
    .filter(({ clusterId }) => clusterId.toLowerCase() === key)
    .filter(({ kubernetesVersion }) => compareVersions(kubernetesVersion, cluster.kubernetesVersion) > 0);
  const judged = await Promise.all(newer.map(({ kubernetesVersion }) => judgeFor(cluster, kubernetesVersion, reads)));
  const that = (may: Passage['may']) => judged.filter((one) => one.may === may).map(({ version }) => version);
  return { kind: 'guarded', running: runningVersionsOf(cluster), open: that('open'), kept: that('stay') };
}

async function judgeFor(cluster: Cluster, version: KubernetesVersion, reads: JudgeReads) {
  return { version, may: passageOf(cluster, version, await judgeTarget(cluster.resource.id, version, reads)).may };
}

async function addUnclear(
  { unreadable }: ClusterList,
  records: readonly TargetRecord[],
  known: Map<string, PolicyFacts>,
  reads: JudgeReads,
  { seenClusters }: PolicyPorts,
): Promise<void> {
  if (unreadable.length === 0) return;
  const seen = await seenClusters.list();
  for (const { id } of unreadable) {
    const key = id.toLowerCase();
    const last = seen.find((cluster) => cluster.id.toLowerCase() === key);
    const versions = records.filter(({ clusterId }) => clusterId.toLowerCase() === key);
    const open = await openOf(
      id,
      versions.map(({ kubernetesVersion }) => kubernetesVersion),
      reads,
    );
    known.set(key, {
      kind: 'unclear',
      lastSeen: last?.kubernetesVersion,
      open: [...open, ...(last?.upgrade?.to ?? [])],
    });
  }
}

async function openOf(
  clusterId: string,
  versions: readonly KubernetesVersion[],
  reads: JudgeReads,
): Promise<readonly KubernetesVersion[]> {
  const open: KubernetesVersion[] = [];
  for (const version of versions) {
    const { decision } = await judgeTarget(clusterId, version, reads);
    if (decision.decision === 'open') open.push(version);
  }
  return open;
}

/** One look at every registry for all of its clusters: they are judged by the same moment. */
function readOnce(records: readonly TargetRecord[], ports: PolicyPorts): JudgeReads {
  const byTarget = new Map(records.map((record) => [keyOf(record.clusterId, record.kubernetesVersion), record]));
  return {
    ...ports,
    targets: { get: async (cluster, version) => byTarget.get(keyOf(cluster, version)) },
    registryProofs: { get: once((registry: string) => ports.registryProofs.get(registry)) },
    states: { list: once((registry: string) => ports.states.list(registry)) },
  };
}

function keyOf(cluster: string, version: string): string {
  return `${cluster.toLowerCase()} ${version}`;
}

function once<Value>(read: (key: string) => Promise<Value>): (key: string) => Promise<Value> {
  const known = new Map<string, Promise<Value>>();
  return (key) => {
    const value = known.get(key) ?? read(key);
    known.set(key, value);
    return value;
  };
}
