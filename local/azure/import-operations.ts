import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { answerArmError } from './arm-answers.js';
import type { ArtifactTree } from './artifact-tree.js';
import type { Dice } from './dice.js';
import { answerJson, type Answer, type Received } from './http.js';
import { appClientId } from './identity.js';
import type { Mar } from './mar.js';
import type { RegistryCache } from './registry-cache.js';
import type { Scenario, ScenarioRegistry } from './scenario.js';
import type { Timers } from './timers.js';

const body = z.object({
  source: z.object({ registryUri: z.string(), sourceImage: z.string() }),
  targetTags: z.array(z.string().regex(/^[^:@]+:[^:@]+$/)).min(1),
  mode: z.enum(['Force', 'NoForce']).default('NoForce'),
});
type Body = z.infer<typeof body>;

/** Source: azure-facts.md section 3. */
const mostManifests = 50;

export interface ImportParts {
  readonly scenario: Pick<Scenario, 'subscriptionId' | 'location' | 'faults'>;
  /** Host by which imports name MAR. */
  readonly marHost: string;
  readonly mar: Mar;
  readonly dice: Dice;
  readonly timers: Pick<Timers, 'after'>;
}

/** The registry that an import goes to. */
export interface ImportTarget {
  readonly id: string;
  readonly declared: ScenarioRegistry;
  readonly cache: RegistryCache;
}

type Ending = 'copied' | 'stuck' | 'false' | 'failed' | 'throttled';

interface Operation {
  readonly ending: Ending;
  isRunning: boolean;
}

/**
 * `importImage` and its operations. Source: azure-facts.md sections 3 and 8; Azure/azure-powershell#17348 shows the answers.
 * Choices where no source tells: wording and status of what is refused, and that a fault is decided when an operation begins.
 */
export class ImportOperations {
  private readonly operations = new Map<string, Operation>();
  /** Begun, by `registry/repository:tag`. */
  readonly begun = new Map<string, number>();

  constructor(private readonly parts: ImportParts) {}

  /** `POST {registry}/importImage` */
  begin(target: ImportTarget, request: Received): Answer {
    if (!target.declared.canImport) return answerForbidden(target);
    const wanted = parseBody(request.body);
    if (!wanted || wanted.source.registryUri !== this.parts.marHost) {
      return answerArmError(400, 'InvalidParameters', 'The parameters of the import are malformed.');
    }
    const tree = this.sourceOf(wanted);
    if (!tree) return answerArmError(400, 'InvalidParameters', `manifest unknown: ${wanted.source.sourceImage}`);
    const refusal = refuse(target.cache, wanted, tree);
    if (refusal) return refusal;
    const id = `registries-${randomUUID()}`;
    this.run(target, wanted, tree, id);
    return { status: 202, headers: this.headersOf(id, request) };
  }

  /** `GET …/operationResults/{id}` */
  answerOperation(id: string, request: Received): Answer {
    const operation = this.operations.get(id);
    if (!operation) return answerArmError(404, 'NotFound', `There is no operation ${id}.`);
    if (operation.isRunning) return answerJson(202, { status: 'Running' }, this.headersOf(id, request));
    switch (operation.ending) {
      case 'throttled':
        return answerArmError(400, 'BadRequest', 'Error copying manifests: TOOMANYREQUESTS: too many requests');
      case 'failed':
        return answerJson(200, {
          status: 'Failed',
          error: { code: 'InvalidParameters', message: 'Error copying blobs' },
        });
      default:
        return answerJson(200, { status: 'Succeeded' });
    }
  }

  private run(target: ImportTarget, wanted: Body, tree: ArtifactTree, id: string): void {
    const subject = `${target.declared.name}/${wanted.targetTags.join(' ')}`;
    this.begun.set(subject, (this.begun.get(subject) ?? 0) + 1);
    const operation: Operation = { ending: this.rollEnding(subject), isRunning: true };
    this.operations.set(id, operation);
    if (operation.ending === 'stuck') return;
    const wait = this.parts.dice.between(target.declared.importImageSeconds, 'importImage', subject);
    this.parts.timers.after(wait, () => {
      operation.isRunning = false;
      if (operation.ending === 'copied') copy(target.cache, wanted, tree);
    });
  }

  private rollEnding(subject: string): Ending {
    const { importStuckShare, importFalseShare, importFailedShare, importThrottledShare } = this.parts.scenario.faults;
    const shares = { stuck: importStuckShare, false: importFalseShare, failed: importFailedShare } as const;
    const all = { ...shares, throttled: importThrottledShare };
    const hit = Object.entries(all).find(([ending, share]) => this.parts.dice.hits(share, `import ${ending}`, subject));
    return (hit?.[0] as Ending | undefined) ?? 'copied';
  }

  private sourceOf({ source: { sourceImage } }: Body): ArtifactTree | undefined {
    if (this.parts.mar.isDown) return undefined;
    const [repository = '', digest] = sourceImage.split('@');
    if (digest !== undefined) return this.parts.mar.treeOf(repository, digest);
    const [name = '', tag = 'latest'] = repository.split(':');
    return this.parts.mar.tree(name, tag);
  }

  private headersOf(id: string, request: Received): Readonly<Record<string, string>> {
    const { subscriptionId, location } = this.parts.scenario;
    const path = `/subscriptions/${subscriptionId}/providers/Microsoft.ContainerRegistry/locations/${location}/operationResults/${id}`;
    const query = `?api-version=${request.query.get('api-version') ?? ''}`;
    return { location: `https://${request.headers.host ?? ''}${path}${query}`, 'retry-after': '10' };
  }
}

function refuse(cache: RegistryCache, { targetTags, mode }: Body, tree: ArtifactTree): Answer | undefined {
  if (tree.manifests.size > mostManifests) {
    return answerArmError(400, 'InvalidParameters', `The image has more than ${mostManifests} manifests.`);
  }
  for (const target of targetTags) {
    const [repository = '', tag = ''] = target.split(':');
    if (cache.upstreamOf(repository) !== undefined) {
      return answerArmError(409, 'Conflict', `A cache rule fills the repository '${repository}': it takes no imports.`);
    }
    if (mode === 'NoForce' && cache.timesOf(repository, tag)) {
      return answerArmError(409, 'Conflict', `Tag ${target} already exists in target registry.`);
    }
  }
  return undefined;
}

function copy(cache: RegistryCache, { targetTags }: Body, tree: ArtifactTree): void {
  for (const target of targetTags) {
    const [repository = '', tag = ''] = target.split(':');
    cache.land(repository, [tag], tree);
  }
}

function answerForbidden({ id }: ImportTarget): Answer {
  const action = 'Microsoft.ContainerRegistry/registries/importImage/action';
  const message = `The client '${appClientId}' does not have authorization to perform action '${action}' over scope '${id}'.`;
  return answerArmError(403, 'AuthorizationFailed', message);
}

function parseBody(bytes: Buffer): Body | undefined {
  try {
    return body.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    return undefined;
  }
}
