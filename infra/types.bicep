metadata description = 'Shapes of parameters that several modules share.'

@export()
@description('Tags of resources.')
type Tags = {
  @description('Optional. Any tag.')
  *: string
}

@export()
@description('Addresses of the services of a storage account.')
type StorageEndpoints = {
  @description('Required. Blobs.')
  blob: string

  @description('Required. Queues.')
  queue: string

  @description('Required. Tables.')
  table: string
}

@export()
@description('A registry that nodes of isolated clusters pull from.')
@sealed()
type Registry = {
  @description('Required. Resource id of the registry; another subscription of the same tenant will do.')
  resourceId: string

  @description('Optional. `abac` where the role assignment mode of the registry is "RBAC Registry + ABAC Repository Permissions". Default: rbac.')
  roleAssignmentMode: ('rbac' | 'abac')?

  @description('Optional. Whether the app gets a private endpoint to it: needed where the registry has no public endpoint. Default: with a private network.')
  privateEndpoint: bool?

  @description('Optional. Whether its repository events go to the workspace of the app, so that drift finds what was predicted and never pulled. Default: false.')
  logPulls: bool?
}

@export()
@description('A network that is there already.')
@sealed()
type ExistingNetwork = {
  @description('Required. This kind.')
  kind: 'existing'

  @description('Required. Resource id of a subnet that is delegated to Microsoft.App/environments, /27 or larger, used by nothing else.')
  appSubnetId: string

  @description('Required. Resource id of the subnet for private endpoints.')
  endpointSubnetId: string

  @description('Optional. Resource group with the private DNS zones, linked to the network. Default: zones are made and linked here.')
  dnsZoneResourceGroupId: string?
}

@export()
@description('A network that is made here.')
@sealed()
type NewNetwork = {
  @description('Required. This kind.')
  kind: 'new'

  @description('Required. Address space, /25 or larger: two subnets are cut from it.')
  addressPrefix: string

  @description('Conditional. Route table of the subnet of the app, by resource id: its way out through a firewall. Wanted, or a NAT gateway, where Azure gives no outbound access by default.')
  routeTableId: string?

  @description('Conditional. NAT gateway of the subnet of the app, by resource id: its way out without a firewall.')
  natGatewayId: string?

  @description('Optional. DNS servers of the network; they must forward the private zones to Azure. Default: those of Azure.')
  dnsServers: string[]?
}

@export()
@description('No network: storage, registries and the app are reached through public endpoints, by identity.')
@sealed()
type PublicNetwork = {
  @description('Required. This kind.')
  kind: 'public'
}

@export()
@discriminator('kind')
@description('How the app reaches Azure and is reached.')
type Network = PublicNetwork | NewNetwork | ExistingNetwork

@export()
@description('Actions in Azure that the app may take: each adds its permissions, and nothing else does.')
@sealed()
type Features = {
  @description('Optional. Approves Fleet gates. Default: false.')
  fleetApprovals: bool?

  @description('Optional. Holds planned maintenance of clusters that AKS upgrades by itself, until their cache is complete. Default: false.')
  maintenanceHolds: bool?

  @description('Optional. With maintenanceHolds: makes a maintenance configuration that a cluster lacks, and deletes it in the end. Default: false.')
  maintenanceCreation: bool?

  @description('Optional. Assigns the Azure Policy whose lists the app keeps, with this effect: begin with Audit. Default: no policy.')
  policy: ('Audit' | 'Deny' | 'Disabled')?

  @description('Optional. Imports artifacts that no cache rule covers, into the registries given. Default: false.')
  import: bool?
}

@export()
@description('Application settings: docs/settings.md lists them.')
type Settings = {
  @description('Optional. Any setting.')
  *: string
}

@export()
@description('Limits of the scale of the app.')
@sealed()
type Concurrency = {
  @description('Optional. Most instances at once, 40 to 1000. Each queue function scales alone. Default: 40, the least that the plan takes.')
  @minValue(40)
  @maxValue(1000)
  maximumInstances: int?

  @description('Optional. Memory of an instance. Default: 2048.')
  instanceMemoryMB: (512 | 2048 | 4096)?

  @description('Optional. Instances that never go away, by function: cost without work. Name "http" for all HTTP functions, "function:warm-artifact" for one. Default: none.')
  alwaysReady: { name: string, instanceCount: int }[]?
}

@export()
@description('Who reaches the HTTP endpoints of the app. A function key is wanted always.')
@sealed()
type Access = {
  @description('Optional. Public addresses in CIDR form that get in; all others are refused. Default: all.')
  allowedIpRanges: string[]?

  @description('Optional. Entra ID: nobody gets in without a token for this application. Default: keys alone.')
  entra: EntraSignIn?
}

@export()
@description('Built-in authentication of App Service.')
@sealed()
type EntraSignIn = {
  @description('Required. Client id of the application registration that stands for this app.')
  clientId: string

  @description('Optional. Client ids of the applications that may call: pipelines, the Azure CLI. Default: any of the tenant.')
  allowedApplications: string[]?
}
