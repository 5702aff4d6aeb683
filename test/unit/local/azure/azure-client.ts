import { request as httpsRequest } from 'node:https';
import { startLocalAzure } from '../../../../local/azure/local-azure.js';
import type { LocalAzure, LocalAzureOptions } from '../../../../local/azure/local-azure-interface.js';
import { parseScenario } from '../../../../local/azure/scenario-file.js';
import type { ScenarioInput } from '../../../../local/azure/scenario.js';
import { FakeClock } from '../../../support/fakes/clock.js';
import { VirtualTimers } from '../../../support/fakes/virtual-timers.js';
import { Doc } from './document.js';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly json: Doc;
}

export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One raw HTTPS request that trusts the throwaway CA only. */
export function call(
  azure: LocalAzure,
  url: string,
  { method = 'GET', headers = {}, body }: Call = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(url, { method, headers, ca: azure.caPem }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, json: parse(text) });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function parse(text: string): Doc {
  try {
    return new Doc(JSON.parse(text));
  } catch {
    return new Doc(undefined);
  }
}

/** A token of the managed identity, as App Service hands it out. */
export async function aadToken(azure: LocalAzure, resource: string): Promise<string> {
  const url = `${azure.identityEndpoint}?resource=${encodeURIComponent(resource)}&api-version=2019-08-01`;
  const response = await fetch(url, { headers: { 'x-identity-header': azure.identityHeader } });
  return ((await response.json()) as { access_token: string }).access_token;
}

export async function callArm(azure: LocalAzure, path: string, options: Call = {}): Promise<Reply> {
  const token = await aadToken(azure, 'https://management.azure.com');
  const headers = { authorization: `Bearer ${token}`, ...options.headers };
  return call(azure, path.startsWith('https:') ? path : `${azure.armEndpoint}${path}`, { ...options, headers });
}

export function loginServer(azure: LocalAzure, registry: string): string {
  return azure.loginServers.get(registry) ?? 'no such registry';
}

export function postForm(azure: LocalAzure, url: string, form: Record<string, string>): Promise<Reply> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return call(azure, url, { method: 'POST', headers, body: new URLSearchParams(form).toString() });
}

/** Entra token -> refresh token -> access token. */
export async function acrToken(azure: LocalAzure, registry: string, scope: string): Promise<string> {
  const service = loginServer(azure, registry);
  const access = await aadToken(azure, 'https://containerregistry.azure.net');
  const exchange = { grant_type: 'access_token', service, access_token: access };
  const { json: refresh } = await postForm(azure, `https://${service}/oauth2/exchange`, exchange);
  const ask = { grant_type: 'refresh_token', service, scope, refresh_token: refresh.text('refresh_token') };
  const { json: token } = await postForm(azure, `https://${service}/oauth2/token`, ask);
  return token.text('access_token');
}

/** A call of the data plane with a token that pulls from (and would push into) the repository of the path. */
export async function callAcr(azure: LocalAzure, registry: string, path: string, options: Call = {}): Promise<Reply> {
  const repository =
    /^\/(?:v2|acr\/v1)\/(.+)\/(?:manifests|blobs|tags|referrers|_tags|_manifests)/.exec(path)?.[1] ?? '';
  const scope = path === '/acr/v1/_catalog' ? 'registry:catalog:*' : `repository:${repository}:pull,push,metadata_read`;
  const headers = { authorization: `Bearer ${await acrToken(azure, registry, scope)}`, ...options.headers };
  return call(azure, `https://${loginServer(azure, registry)}${path}`, { ...options, headers });
}

export const coredns = 'oss/v2/kubernetes/coredns';
export const cachedCoredns = `aks-managed-repository/${coredns}`;

/** Two clusters on registries of either layout, a third without one, and a fleet of two stages. */
export const smallScenario: ScenarioInput = {
  name: 'small',
  registries: [
    {
      name: 'newlayout',
      resourceGroup: 'rg',
      cacheRules: [{ target: 'aks-managed-repository/*' }],
      importSeconds: [0.05, 0.1],
      tagRefreshSeconds: 0.2,
    },
    { name: 'oldlayout', resourceGroup: 'rg', cacheRules: [{ target: '/*' }], importSeconds: [0.05, 0.1] },
  ],
  clusters: [
    {
      name: 'one',
      resourceGroup: 'rg',
      kubernetesVersion: '1.34.10',
      upgrades: ['1.35.7'],
      artifactSource: 'Cache',
      registry: 'newlayout',
      pools: [
        { name: 'system', mode: 'System' },
        { name: 'arm', osSku: 'AzureLinux', architecture: 'arm64' },
      ],
      properties: { addonProfiles: { azurepolicy: { enabled: true } }, networkProfile: { networkDataplane: 'cilium' } },
      components: ['coredns'],
    },
    {
      name: 'two',
      resourceGroup: 'rg',
      kubernetesVersion: '1.34.10',
      upgrades: ['1.35.7'],
      artifactSource: 'Cache',
      registry: 'oldlayout',
      pools: [{ name: 'system' }],
    },
    {
      name: 'three',
      resourceGroup: 'rg',
      kubernetesVersion: '1.34.10',
      upgrades: ['1.35.7'],
      artifactSource: 'Direct',
      pools: [{ name: 'system' }],
    },
  ],
  componentVersions: { '1.34': { coredns: 'v1.13.1-2' }, '1.35': { coredns: 'v1.13.1-6' } },
  fleets: [
    {
      name: 'fleet',
      resourceGroup: 'rg',
      members: [
        { cluster: 'one', group: 'first' },
        { cluster: 'two', group: 'rest' },
      ],
      updateRuns: [
        {
          name: 'run',
          kubernetesVersion: '1.35.7',
          stages: [
            { name: 'canary', beforeGates: [{ displayName: 'before canary' }], groups: [{ name: 'first' }] },
            {
              name: 'production',
              beforeGates: [{ displayName: 'before production' }],
              groups: [{ name: 'rest', afterGates: [{ displayName: 'after rest' }] }],
            },
          ],
        },
      ],
      upgradeSeconds: 0.05,
      approvalSeconds: 0.05,
    },
  ],
};

const running: LocalAzure[] = [];

/** Ends with the test: call `closeAll` in `afterEach`. */
export async function start(
  changes: Partial<ScenarioInput> = {},
  options: LocalAzureOptions = {},
): Promise<LocalAzure> {
  const azure = await startLocalAzure(parseScenario({ ...smallScenario, ...changes }, 'test'), options);
  running.push(azure);
  return azure;
}

/** As `start`, in a time that stands still until `pass` moves it: what is under way stays so, however slow the machine is. */
export async function startStill(
  changes: Partial<ScenarioInput> = {},
): Promise<{ readonly azure: LocalAzure; readonly pass: (seconds: number) => void }> {
  const clock = new FakeClock();
  const timers = new VirtualTimers(clock);
  clock.onMove = () => timers.run();
  return { azure: await start(changes, { timers }), pass: (seconds) => clock.advance(seconds) };
}

export async function closeAll(): Promise<void> {
  await Promise.all(running.splice(0).map((azure) => azure.close()));
}

/** Looks every 10 ms until `check` is true. @throws Error after two minutes, so that only what never happens is told */
export async function eventually(check: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 120_000;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
