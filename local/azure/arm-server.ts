import { answerArmError, answerNotFound, answerPage } from './arm-answers.js';
import { answerGate, GateOperations } from './arm-gates.js';
import { MaintenanceOperations } from './arm-maintenance.js';
import { describeCluster, describeUpgradeProfile, type Document } from './cluster-documents.js';
import type { ClusterState } from './cluster-state.js';
import type { Dice } from './dice.js';
import { describeFleet, describeGate, describeMembers, describeRun } from './fleet-documents.js';
import type { Fleet } from './fleet.js';
import { answerJson, bearerToken, type Answer, type Received } from './http.js';
import type { TokenIssuer } from './identity.js';
import { answerSystemTopics } from './system-topics.js';
import { describeCacheRules, describePermissions, describeRegistry } from './registry-documents.js';
import type { ImportOperations } from './import-operations.js';
import type { LocalAzureOptions } from './local-azure-interface.js';
import type { PolicyAssignmentState } from './policy-assignment.js';
import type { RegistryCache } from './registry-cache.js';
import type { Scenario, ScenarioRegistry } from './scenario.js';

export interface ArmRegistry {
  readonly id: string;
  readonly declared: ScenarioRegistry;
  readonly loginServer: string;
  readonly cache: RegistryCache;
}

export interface ArmParts {
  readonly scenario: Scenario;
  readonly clusters: readonly ClusterState[];
  readonly registries: readonly ArmRegistry[];
  readonly fleets: readonly Fleet[];
  readonly policyAssignment: PolicyAssignmentState | undefined;
  readonly issuer: TokenIssuer;
  readonly audiences: readonly string[];
  readonly dice: Dice;
  readonly imports: ImportOperations;
  readonly pageSize: number;
  readonly maintenanceETags: 'given' | 'none';
}

export function armOptions({ armPageSize = 2, maintenanceETags = 'none' }: LocalAzureOptions) {
  return { pageSize: armPageSize, maintenanceETags };
}

/** Azure Resource Manager, as far as the resources of a scenario go. Ids compare without case. */
export class ArmServer {
  private readonly gates: GateOperations;
  private readonly maintenance: MaintenanceOperations;

  constructor(private readonly parts: ArmParts) {
    this.maintenance = new MaintenanceOperations(parts.maintenanceETags);
    this.gates = new GateOperations(parts.scenario.subscriptionId, parts.scenario.location);
  }

  answer(request: Received): Answer {
    return this.refuse(request) ?? this.route(request);
  }

  /** What stops a request before it reaches a resource provider. */
  private refuse(request: Received): Answer | undefined {
    const { scenario, dice, issuer, audiences } = this.parts;
    const token = bearerToken(request.headers);
    if (!issuer.accepts(token, audiences)) {
      const reason = token === undefined ? "The 'Authorization' header is missing." : 'The access token is invalid.';
      const description = 'authorization_uri="https://login.microsoftonline.com/common", error="invalid_token"';
      return answerArmError(401, 'AuthenticationFailed', `Authentication failed. ${reason}`, {
        'www-authenticate': `Bearer ${description}, error_description="${reason}"`,
      });
    }
    if (dice.hits(scenario.faults.armThrottledShare, 'arm 429', `${request.method} ${request.path}`)) {
      return answerArmError(429, 'TooManyRequests', 'The request was throttled.', {
        'retry-after': String(scenario.faults.retryAfterSeconds),
      });
    }
    const apiVersion = request.query.get('api-version');
    if (!apiVersion) {
      const message = 'The api-version query parameter (?api-version=) is required for all requests.';
      return answerArmError(400, 'MissingApiVersionParameter', message);
    }
    if (!/^\d{4}-\d{2}-\d{2}(-preview)?$/.test(apiVersion)) {
      return answerArmError(400, 'InvalidApiVersionParameter', `The api-version '${apiVersion}' is invalid.`);
    }
    return undefined;
  }

  private route(request: Received): Answer {
    const segments = request.path.split('/').filter((segment) => segment !== '');
    const [, subscription = '', kind = '', ...rest] = segments;
    if (subscription.toLowerCase() !== this.parts.scenario.subscriptionId.toLowerCase()) {
      return answerArmError(404, 'SubscriptionNotFound', `The subscription '${subscription}' could not be found.`);
    }
    if (kind.toLowerCase() === 'providers') return this.routeSubscription(request, rest);
    const [group = '', , provider = '', ...path] = rest;
    if (kind.toLowerCase() !== 'resourcegroups' || path.length < 2) return answerUnknown(request);
    return this.routeResource(request, group, provider, path);
  }

  /** Lists of the whole subscription, and operations. */
  private routeSubscription(request: Received, [provider = '', type = '', ...rest]: readonly string[]): Answer {
    const { parts } = this;
    const [, kind = '', id = ''] = rest;
    switch (`${provider}/${type}`.toLowerCase()) {
      case 'microsoft.containerservice/locations':
        return this.gates.answerOperation(id, kind.toLowerCase() === 'operationresults' ? 'result' : 'status');
      case 'microsoft.containerregistry/locations':
        return parts.imports.answerOperation(id, request);
      case 'microsoft.eventgrid/systemtopics':
        return answerSystemTopics(parts.clusters, request, [], parts.pageSize);
      case 'microsoft.containerservice/managedclusters':
        return this.list(request, parts.clusters.map(describeCluster));
      case 'microsoft.containerservice/fleets':
        return this.list(
          request,
          parts.fleets.map((fleet) => describeFleet(fleet, parts.scenario.location)),
        );
      case 'microsoft.containerregistry/registries':
        return this.list(
          request,
          parts.registries.map((registry) => this.describeRegistry(registry)),
        );
      case 'microsoft.authorization/policyassignments': {
        const { policyAssignment } = parts;
        const isIt = policyAssignment?.declared.name.toLowerCase() === rest[0]?.toLowerCase();
        if (policyAssignment && isIt) return policyAssignment.answer(request);
        return answerArmError(404, 'PolicyAssignmentNotFound', `The policy assignment '${rest[0]}' is not found.`);
      }
      default:
        return answerUnknown(request);
    }
  }

  private routeResource(request: Received, group: string, provider: string, path: readonly string[]): Answer {
    const [type = '', name = '', ...rest] = path;
    const id = `/subscriptions/${this.parts.scenario.subscriptionId}/resourceGroups/${group}/providers/${provider}/${type}/${name}`;
    const isIt = (one: { readonly id: string }): boolean => one.id.toLowerCase() === id.toLowerCase();
    switch (`${provider}/${type}`.toLowerCase()) {
      case 'microsoft.eventgrid/systemtopics':
        return answerSystemTopics(this.parts.clusters, request, [name, ...rest], this.parts.pageSize);
      case 'microsoft.containerservice/managedclusters': {
        const cluster = this.parts.clusters.find(isIt);
        return cluster
          ? this.answerCluster(cluster, request, rest)
          : answerNotFound(`${provider}/${type}`, name, group);
      }
      case 'microsoft.containerregistry/registries': {
        const registry = this.parts.registries.find(isIt);
        return registry
          ? this.answerRegistry(registry, request, rest)
          : answerNotFound(`${provider}/${type}`, name, group);
      }
      case 'microsoft.containerservice/fleets': {
        const fleet = this.parts.fleets.find(isIt);
        return fleet ? this.answerFleet(fleet, request, rest) : answerNotFound(`${provider}/${type}`, name, group);
      }
      default:
        return answerUnknown(request);
    }
  }

  private answerCluster(cluster: ClusterState, request: Received, path: readonly string[]): Answer {
    const [child, name] = path;
    if (child?.toLowerCase() === 'maintenanceconfigurations')
      return this.maintenance.answer(cluster, request, name, this.parts.pageSize);
    return answerCluster(cluster, request, path);
  }

  private answerRegistry(registry: ArmRegistry, request: Received, path: readonly string[]): Answer {
    const [child] = path;
    if (request.method === 'POST' && child?.toLowerCase() === 'importimage') {
      return this.parts.imports.begin(registry, request);
    }
    if (request.method !== 'GET') return answerReadOnly(request);
    if (child === undefined) return answerJson(200, this.describeRegistry(registry));
    if (/^providers\/microsoft\.authorization\/permissions$/i.test(path.join('/')))
      return this.list(request, describePermissions());
    if (child.toLowerCase() !== 'cacherules') return answerUnknown(request);
    return this.list(request, describeCacheRules(registry.id, registry.declared));
  }

  private answerFleet(fleet: Fleet, request: Received, [child, name]: readonly string[]): Answer {
    const kind = child?.toLowerCase();
    if (kind === 'gates') return this.answerGates(fleet, request, name);
    if (request.method !== 'GET') return answerReadOnly(request);
    if (kind === undefined) return answerJson(200, describeFleet(fleet, this.parts.scenario.location));
    if (kind === 'members') return this.list(request, describeMembers(fleet));
    if (kind !== 'updateruns') return answerUnknown(request);
    if (name === undefined) return this.list(request, fleet.runs.map(describeRun));
    const run = fleet.runs.find((one) => one.declared.name.toLowerCase() === name.toLowerCase());
    if (run) return answerJson(200, describeRun(run), { etag: '"r1"' });
    return answerNotFound('Microsoft.ContainerService/fleets/updateRuns', name, fleet.declared.resourceGroup);
  }

  private answerGates(fleet: Fleet, request: Received, name: string | undefined): Answer {
    const apiVersion = request.query.get('api-version') ?? '';
    if (!knowsGates(apiVersion)) {
      const message = `No registered resource provider found for API version '${apiVersion}' for type 'fleets/gates'.`;
      return answerArmError(400, 'NoRegisteredProviderFound', message);
    }
    if (name === undefined) return this.list(request, fleet.gates.map(describeGate));
    const gate = fleet.gates.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (!gate) return answerNotFound('Microsoft.ContainerService/fleets/gates', name, fleet.declared.resourceGroup);
    if (request.method === 'PATCH') return this.gates.patch(fleet, gate, request);
    return request.method === 'GET' ? answerGate(gate) : answerReadOnly(request);
  }

  private describeRegistry(registry: ArmRegistry): Document {
    return describeRegistry(registry.id, registry.declared, registry.loginServer, this.parts.scenario.location);
  }

  private list(request: Received, items: readonly Document[]): Answer {
    return request.method === 'GET' ? answerPage(items, request, this.parts.pageSize) : answerReadOnly(request);
  }
}

function answerCluster(cluster: ClusterState, request: Received, path: readonly string[]): Answer {
  const [child, name] = path;
  if (request.method !== 'GET') return answerReadOnly(request);
  // No cluster here has extensions; another resource provider lists them.
  if (/^providers\/microsoft\.kubernetesconfiguration\/extensions$/i.test(path.join('/')))
    return answerJson(200, { value: [] });
  if (child === undefined) return answerJson(200, describeCluster(cluster), { etag: '"c1"' });
  const isProfile = child.toLowerCase() === 'upgradeprofiles' && name?.toLowerCase() === 'default';
  if (!isProfile) return answerUnknown(request);
  return answerJson(200, describeUpgradeProfile(cluster, request.query.get('api-version') ?? ''));
}

/** Gates exist in 2026-06-01 and later, and in previews from 2025-04-01-preview on (azure-facts.md section 7). */
function knowsGates(apiVersion: string): boolean {
  return apiVersion >= (apiVersion.endsWith('-preview') ? '2025-04-01-preview' : '2026-06-01');
}

function answerUnknown(request: Received): Answer {
  return answerArmError(404, 'InvalidResourceType', `The local Azure has no resource type at ${request.path}.`);
}

function answerReadOnly(request: Received): Answer {
  return answerArmError(
    405,
    'MethodNotAllowed',
    `The local Azure does not implement ${request.method} ${request.path}.`,
  );
}
