import type { PrivateEndpointConnection } from '../model/registry.js';
import type { RegistryFinding } from './registry-check.js';
import {
  approveConnection,
  checkHealth,
  createPrivateEndpoint,
  createZoneGroup,
  linkZone,
  reconcileCluster,
  updateRegistry,
} from './registry-commands.js';
import type { DnsRecord, RegistryContext, RegistryFacts } from './registry-facts.js';

/** Whether nodes have a way in. Source: azure-aks-docs network-isolated.md, as summed up in azure-facts.md section 1. */
export function endpointFindings({ registry }: RegistryFacts, context: RegistryContext): readonly RegistryFinding[] {
  const { resource, settings } = registry;
  const connections = settings?.privateEndpoints;
  if (connections === undefined) return [];
  const isClosed = settings?.publicNetworkAccess?.toLowerCase() === 'disabled';
  const needed = context.egress === 'none' || isClosed;
  const approved = connections.filter(isApproved);
  const effect = needed && approved.length === 0 ? 'unknown' : 'none';
  if (connections.length === 0 && !needed) return [];
  if (connections.length === 0) {
    return [
      {
        code: 'private-endpoint-missing',
        subject: resource.name,
        message: `the registry has no private endpoint, and ${isClosed ? 'public access is disabled' : 'the nodes have no egress'}: they cannot reach it`,
        fix: context.owner === 'managed' ? reconcileCluster(context.cluster) : createPrivateEndpoint(resource),
        effect,
        weight: 'problem',
      },
    ];
  }
  return connections
    .filter((connection) => !isApproved(connection))
    .map((connection) => ({
      code: 'private-endpoint-unapproved',
      subject: connection.name,
      message: `the connection of the private endpoint is ${connection.status}${approved.length > 0 ? '; another one is approved' : ', and no other is approved'}`,
      fix: isPending(connection) ? approveConnection(resource, connection.name) : createPrivateEndpoint(resource),
      effect,
      weight: approved.length > 0 ? 'note' : 'problem',
    }));
}

/** The docs ask for a private registry; an open one works all the same. */
export function publicAccessFindings({ registry }: RegistryFacts): readonly RegistryFinding[] {
  const { resource, settings } = registry;
  const isOpen = settings?.publicNetworkAccess?.toLowerCase() === 'enabled';
  if (!isOpen || settings?.defaultAction?.toLowerCase() === 'deny') return [];
  return [
    {
      code: 'public-access',
      subject: resource.name,
      message:
        'anybody on the internet may ask this registry for a login: network isolated clusters need no public access',
      fix: updateRegistry(resource, '--public-network-enabled false'),
      effect: 'none',
      weight: 'note',
    },
  ];
}

/** Where the doctor runs, both records have to lead to private addresses, as they must for nodes. */
export function dnsFindings({ registry, probes }: RegistryFacts, context: RegistryContext): readonly RegistryFinding[] {
  if (context.egress === 'some' && (registry.settings?.privateEndpoints ?? []).length === 0) return [];
  const host = registry.loginServer.replace(/:\d+$/, '');
  const zone = `privatelink.${host.slice(host.indexOf('.') + 1)}`;
  return (probes?.dns ?? []).flatMap((record): readonly RegistryFinding[] => {
    const { answer } = record;
    if (answer.kind === 'private') return [];
    return [
      {
        code: answer.kind === 'missing' ? 'dns-missing' : 'dns-public',
        subject: record.host,
        message: describeRecord(record),
        fix: answer.kind === 'missing' ? createZoneGroup(zone) : linkZone(zone),
        effect: 'none',
        weight: 'problem',
      },
    ];
  });
}

function describeRecord({ host, use, answer }: DnsRecord): string {
  const what =
    use === 'registry' ? 'the record of the registry' : 'the record of the data endpoint, which serves layers,';
  if (answer.kind === 'missing') return `${what} does not resolve here: ${host}: ${answer.reason}`;
  return `${what} leads here to a public address, not to the private endpoint: ${host} is ${answer.addresses.join(', ')}`;
}

export function reachFindings({ registry, probes }: RegistryFacts): readonly RegistryFinding[] {
  const reach = probes?.reach;
  if (reach === undefined || reach.kind === 'allowed') return [];
  return [
    {
      code: 'registry-unreachable',
      subject: registry.loginServer,
      message: `the registry cannot be asked from here: ${reach.reason}`,
      fix: checkHealth(registry.resource),
      effect: 'none',
      weight: 'problem',
    },
  ];
}

function isApproved({ status }: PrivateEndpointConnection): boolean {
  return status.toLowerCase() === 'approved';
}

function isPending({ status }: PrivateEndpointConnection): boolean {
  return status.toLowerCase() === 'pending';
}
