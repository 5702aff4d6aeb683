import type { RegistryCode } from '../../../shared/warming/registry-check.js';
import type { RegistryContext } from '../../../shared/warming/registry-facts.js';
import { clusterOf } from '../../support/builders.js';
import { soundRule, soundSettings, type FactChanges } from '../../support/registry-facts.js';

const place = '--resource-group rg --subscription 11111111-2222-3333-4444-555555555555';
/** The command that makes the rule as AKS wants it. */
export const create = `az acr cache create --registry acr ${place} --name aks-managed-mcr --source-repo "mcr.microsoft.com/*" --target-repo "aks-managed-repository/*"`;
const remove = (name: string) => `az acr cache delete --registry acr ${place} --name ${name} --yes`;
const readerRole = 'Container Registry Repository Reader';
const withEgress: Partial<RegistryContext> = { egress: 'some' };
const record = (host: string, use: 'registry' | 'data') => ({ host, use });
const imports = { rules: [], settings: { bypass: 'None' } };

/** A registry as it may be, and what is found there: its code, what it does to the gate, the command that repairs it. */
type Row = readonly [
  sentence: string,
  changes: FactChanges,
  context: Partial<RegistryContext>,
  expected: readonly (readonly [code: RegistryCode, effect: 'unknown' | 'none', fix: string])[],
];

export const rows: readonly Row[] = [
  ['in good order', {}, {}, []],
  ['without any rule', { rules: [] }, {}, [['cache-rule-missing', 'unknown', create]]],
  [
    'with a rule for a part of MAR only',
    {
      rules: [
        { name: 'oss', sourceRepository: 'mcr.microsoft.com/oss/*', targetRepository: 'aks-managed-repository/oss/*' },
      ],
    },
    {},
    [['cache-rule-missing', 'unknown', create]],
  ],
  [
    'whose rule fills other repositories, under another name',
    { rules: [{ ...soundRule, name: 'mcr', targetRepository: 'mcr/*' }] },
    {},
    [['cache-rule-missing', 'unknown', create]],
  ],
  [
    'whose rule has another name',
    { rules: [{ ...soundRule, name: 'mcr' }] },
    {},
    [['cache-rule-renamed', 'unknown', `${remove('mcr')} && ${create}`]],
  ],
  [
    "whose rule of AKS's name has another source",
    { rules: [{ ...soundRule, sourceRepository: 'docker.io/*' }] },
    {},
    [['cache-rule-changed', 'unknown', `${remove('aks-managed-mcr')} && ${create}`]],
  ],
  [
    "whose rule of AKS's name has another target",
    { rules: [{ ...soundRule, targetRepository: 'mcr/*' }] },
    {},
    [['cache-rule-changed', 'unknown', `${remove('aks-managed-mcr')} && ${create}`]],
  ],
  [
    'whose rule failed',
    { rules: [{ ...soundRule, provisioningState: 'Failed' }] },
    {},
    [['cache-rule-not-ready', 'unknown', `${remove('aks-managed-mcr')} && ${create}`]],
  ],
  [
    'whose managed rule failed',
    { rules: [{ ...soundRule, provisioningState: 'Failed' }] },
    { owner: 'managed', cluster: clusterOf().resource },
    [['cache-rule-not-ready', 'unknown', `az aks update --name one ${place}`]],
  ],
  [
    'with a rule that takes a part away',
    {
      rules: [
        soundRule,
        { name: 'mine', sourceRepository: 'docker.io/library/*', targetRepository: 'aks-managed-repository/oss/*' },
      ],
    },
    {},
    [['cache-rule-overlap', 'unknown', remove('mine')]],
  ],
  [
    'in the old layout, whatever the name',
    { rules: [{ ...soundRule, name: 'acr-cache-rule', targetRepository: '/*' }] },
    {},
    [['cache-rule-old-layout', 'none', '']],
  ],
  [
    'whose rule logs in, in good health',
    { rules: [{ ...soundRule, credentialSet: '/set' }] },
    {},
    [
      [
        'cache-rule-credentials',
        'none',
        `az acr cache update --registry acr ${place} --name aks-managed-mcr --remove-cred-set`,
      ],
    ],
  ],
  [
    'whose rule cannot log in',
    {
      rules: [{ ...soundRule, credentialSet: '/Set' }],
      probes: { unhealthyCredentials: new Map([['/set', 'the secret expired']]) },
    },
    {},
    [['cache-rule-credentials', 'unknown', expect.stringContaining('--remove-cred-set') as string]],
  ],
  [
    'of the SKU Standard',
    { settings: { sku: 'Standard' } },
    {},
    [['registry-sku', 'unknown', `az acr update --name acr ${place} --sku Premium`]],
  ],
  [
    'of the SKU Standard, for nodes with egress',
    { settings: { sku: 'Standard' } },
    withEgress,
    [['registry-sku', 'none', `az acr update --name acr ${place} --sku Premium`]],
  ],
  [
    'that failed itself',
    { settings: { provisioningState: 'Failed' } },
    {},
    [['registry-not-ready', 'unknown', `az acr update --name acr ${place}`]],
  ],
  [
    'of another cluster',
    {},
    { owner: 'of-another-cluster' },
    [
      [
        'registry-of-another-cluster',
        'none',
        expect.stringContaining('--bootstrap-container-registry-resource-id') as string,
      ],
    ],
  ],
  [
    'without a private endpoint',
    { settings: { privateEndpoints: [] } },
    {},
    [['private-endpoint-missing', 'unknown', expect.stringContaining('--group-id registry') as string]],
  ],
  [
    'that is open and has no private endpoint, for nodes with egress',
    {
      settings: { privateEndpoints: [], publicNetworkAccess: 'Enabled', defaultAction: 'Deny' },
      probes: {
        dns: [{ ...record('acr.azurecr.io', 'registry'), answer: { kind: 'public', addresses: ['20.1.2.3'] } }],
      },
    },
    withEgress,
    [],
  ],
  [
    'whose private endpoint waits for approval',
    { settings: { privateEndpoints: [{ name: 'endpoint', status: 'Pending' }] } },
    {},
    [
      [
        'private-endpoint-unapproved',
        'unknown',
        `az acr private-endpoint-connection approve --registry-name acr ${place} --name endpoint`,
      ],
    ],
  ],
  [
    'with a second private endpoint that was refused',
    {
      settings: { privateEndpoints: [...(soundSettings.privateEndpoints ?? []), { name: 'two', status: 'Rejected' }] },
    },
    {},
    [['private-endpoint-unapproved', 'none', expect.stringContaining('private-endpoint create') as string]],
  ],
  [
    'that is open to the internet',
    { settings: { publicNetworkAccess: 'Enabled' } },
    {},
    [['public-access', 'none', `az acr update --name acr ${place} --public-network-enabled false`]],
  ],
  [
    'that refuses tokens of ARM',
    { settings: { authenticationAsArm: 'disabled' } },
    {},
    [
      [
        'arm-authentication-off',
        'unknown',
        'az acr config authentication-as-arm update --registry acr --subscription 11111111-2222-3333-4444-555555555555 --status enabled',
      ],
    ],
  ],
  ['that lets no trusted service in, where nothing is imported', { settings: { bypass: 'None' } }, {}, []],
  [
    'that lets no trusted service in, where imports are needed',
    imports,
    {},
    [
      ['cache-rule-missing', 'unknown', create],
      ['trusted-services-off', 'none', `az acr update --name acr ${place} --allow-trusted-services true`],
    ],
  ],
  [
    'in ABAC mode',
    { settings: { roleAssignmentMode: 'AbacRepositoryPermissions' } },
    {},
    [['abac-mode', 'none', expect.stringContaining(readerRole) as string]],
  ],
  [
    'in ABAC mode, of which the role is missing',
    {
      settings: { roleAssignmentMode: 'AbacRepositoryPermissions' },
      probes: { pull: { kind: 'refused', reason: '401' } },
    },
    {},
    [
      ['abac-mode', 'none', expect.stringContaining(readerRole) as string],
      ['pull-refused', 'none', expect.stringContaining(`--role "${readerRole}"`) as string],
    ],
  ],
  [
    'from which this identity may not pull',
    { probes: { pull: { kind: 'refused', reason: '401' } } },
    {},
    [['pull-refused', 'none', expect.stringContaining('--role "AcrPull"') as string]],
  ],
  [
    'into which this identity may not import, where imports are needed',
    { rules: [], probes: { permissions: [{ actions: ['*'], notActions: ['*/importImage/action'] }] } },
    {},
    [
      ['cache-rule-missing', 'unknown', create],
      ['import-refused', 'none', expect.stringContaining('Data Importer') as string],
    ],
  ],
  [
    'whose rules this identity may not read',
    { probes: { permissions: [{ actions: ['Microsoft.ContainerRegistry/registries/read'], notActions: [] }] } },
    {},
    [['read-refused', 'none', expect.stringContaining('--role "Reader"') as string]],
  ],
  [
    'whose data endpoint does not resolve',
    {
      probes: {
        dns: [
          { ...record('acr.westeurope.data.azurecr.io', 'data'), answer: { kind: 'missing', reason: 'ENOTFOUND' } },
        ],
      },
    },
    {},
    [['dns-missing', 'none', expect.stringContaining('dns-zone-group create') as string]],
  ],
  [
    'that resolves to a public address',
    {
      probes: {
        dns: [{ ...record('acr.azurecr.io', 'registry'), answer: { kind: 'public', addresses: ['20.1.2.3'] } }],
      },
    },
    {},
    [['dns-public', 'none', expect.stringContaining('--zone-name privatelink.azurecr.io') as string]],
  ],
  [
    'that does not answer',
    { probes: { reach: { kind: 'refused', reason: 'ECONNREFUSED' } } },
    {},
    [['registry-unreachable', 'none', expect.stringContaining('az acr check-health --name acr') as string]],
  ],
];
