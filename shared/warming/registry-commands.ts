import type { ResourceId } from '../model/resource-id.js';

/** Source of the commands: Azure CLI reference, groups acr, network, role, aks. */
export const wantedRule = { name: 'aks-managed-mcr', target: 'aks-managed-repository/*' } as const;

/** `az acr … --name contoso --resource-group rg --subscription …` */
function acr(command: string, registry: ResourceId, nameOption: '--name' | '--registry', rest = ''): string {
  return `az acr ${command} ${nameOption} ${quote(registry.name)} ${placeOf(registry)}${rest === '' ? '' : ` ${rest}`}`;
}

function placeOf({ resourceGroup, subscriptionId }: ResourceId): string {
  return `--resource-group ${quote(resourceGroup)} --subscription ${quote(subscriptionId)}`;
}

/** @param change without it the last state is applied once more, which repairs a failed update */
export function updateRegistry(registry: ResourceId, change = ''): string {
  return acr('update', registry, '--name', change);
}

export function showRegistry(registry: ResourceId): string {
  return acr('show', registry, '--name');
}

export function checkHealth(registry: ResourceId): string {
  return `az acr check-health --name ${quote(registry.name)} --subscription ${quote(registry.subscriptionId)} --vnet <vnet id> --ignore-errors --yes`;
}

export function createRule(registry: ResourceId, marHost: string): string {
  const { name, target } = wantedRule;
  return acr(
    'cache create',
    registry,
    '--registry',
    `--name ${name} --source-repo "${marHost}/*" --target-repo "${target}"`,
  );
}

export function deleteRule(registry: ResourceId, rule: string): string {
  return acr('cache delete', registry, '--registry', `--name ${quote(rule)} --yes`);
}

export function dropCredentials(registry: ResourceId, rule: string): string {
  return acr('cache update', registry, '--registry', `--name ${quote(rule)} --remove-cred-set`);
}

export function enableArmAuthentication(registry: ResourceId): string {
  return `az acr config authentication-as-arm update --registry ${quote(registry.name)} --subscription ${quote(registry.subscriptionId)} --status enabled`;
}

export function createPrivateEndpoint(registry: ResourceId): string {
  const { name, id } = registry;
  return (
    `az network private-endpoint create --name ${quote(`${name}-registry`)} --resource-group <group of the network> --subnet <subnet id> ` +
    `--private-connection-resource-id ${quote(id)} --group-id registry --connection-name ${quote(name)}`
  );
}

export function approveConnection(registry: ResourceId, connection: string): string {
  return `az acr private-endpoint-connection approve --registry-name ${quote(registry.name)} ${placeOf(registry)} --name ${quote(connection)}`;
}

/** @param zone for example `privatelink.azurecr.io` */
export function createZoneGroup(zone: string): string {
  return `az network private-endpoint dns-zone-group create --resource-group <group> --endpoint-name <private endpoint> --name registry --zone-name registry --private-dns-zone ${quote(zone)}`;
}

/** @param zone for example `privatelink.azurecr.io` */
export function linkZone(zone: string): string {
  return `az network private-dns link vnet create --resource-group <group of the zone> --zone-name ${quote(zone)} --name registry --virtual-network <vnet id> --registration-enabled false`;
}

export function assignRole(registry: ResourceId, role: string): string {
  return `az role assignment create --role "${role}" --scope ${quote(registry.id)} --assignee <object id of the identity>`;
}

/** AKS repairs what it made when the cluster is updated, also to what it is already. */
export function reconcileCluster(cluster: ResourceId | undefined): string {
  return cluster
    ? `az aks update --name ${quote(cluster.name)} ${placeOf(cluster)}`
    : 'az aks update --name <cluster> --resource-group <group of the cluster>';
}

export function useOwnRegistry(cluster: ResourceId | undefined): string {
  return `${reconcileCluster(cluster)} --bootstrap-artifact-source Cache --bootstrap-container-registry-resource-id <registry id>`;
}

/** For a POSIX shell and for PowerShell. */
function quote(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", '')}'`;
}
