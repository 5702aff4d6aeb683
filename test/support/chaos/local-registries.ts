import type { TokenCredential } from '@azure/core-auth';
import { AcrTokens as LocalTokens } from '../../../local/azure/acr-tokens.js';
import { DataEndpoint } from '../../../local/azure/data-endpoint.js';
import type { Dice } from '../../../local/azure/dice.js';
import type { Handle } from '../../../local/azure/http.js';
import { TokenIssuer } from '../../../local/azure/identity.js';
import { ImportOperations } from '../../../local/azure/import-operations.js';
import { answerMar } from '../../../local/azure/mar-server.js';
import { Mar } from '../../../local/azure/mar.js';
import { PullLog } from '../../../local/azure/pull-log.js';
import { RegistryCache } from '../../../local/azure/registry-cache.js';
import { createRegistryHandle } from '../../../local/azure/registry-handle.js';
import { scenarioSchema } from '../../../local/azure/scenario.js';
import type { Imports } from '../../../shared/warming/ports.js';
import type { FakeClock } from '../fakes/clock.js';
import { VirtualTimers } from '../fakes/virtual-timers.js';
import { fetchInProcess } from './in-process-fetch.js';
import { LocalImports, marHost } from './local-imports.js';

const dataHost = 'data.azurecr.io';

/** A registry of the test. */
export interface DeclaredRegistry {
  readonly name: string;
  /** Key of its resource id. */
  readonly key: string;
  /** Whether a rule fills it from MAR; otherwise it takes imports. */
  readonly hasRule: boolean;
}

/** MAR and registries of `local/`, their own classes and request handlers, in process and in virtual time. */
export class LocalRegistries {
  readonly #issuer = new TokenIssuer();
  readonly #timers: VirtualTimers;
  readonly mar: Mar;
  /** By login server: `{name}.azurecr.io`. */
  readonly caches: ReadonlyMap<string, RegistryCache>;
  readonly fetch: typeof fetch;
  readonly imports: Imports;

  /** @param content MAR: repository to tags */
  constructor(
    declared: readonly DeclaredRegistry[],
    content: ReadonlyMap<string, ReadonlySet<string>>,
    clock: FakeClock,
    dice: Dice,
  ) {
    const scenario = scenarioSchema.parse(scenarioOf(declared));
    const { registries, faults } = scenario;
    const timers = new VirtualTimers(clock);
    this.#timers = timers;
    const mar = new Mar({ repositories: content });
    this.mar = mar;
    const parts = { mar, dice, timers, faults };
    const caches = new Map(
      registries.map((one) => [one.name, new RegistryCache(one, { ...parts, upstreamHost: marHost })]),
    );
    const data = new DataEndpoint(caches);
    data.address = `https://${dataHost}`;
    const served = registries.map((settings, index) => {
      const loginServer = `${settings.name}.azurecr.io`;
      const cache = caches.get(settings.name) ?? unknownHost(settings.name);
      const tokens = new LocalTokens(loginServer, this.#issuer, []);
      const acr = { loginServer, cache, tokens, dice, mar, faults, pulls: new PullLog() };
      const id = declared[index]?.key ?? '';
      return {
        id,
        declared: settings,
        loginServer,
        cache,
        handle: createRegistryHandle(settings, acr, data, () => timers.now()),
      };
    });
    this.caches = new Map(served.map(({ loginServer, cache }) => [loginServer, cache]));
    const operations = new ImportOperations({ scenario, marHost, mar, dice, timers });
    this.imports = new LocalImports(operations, new Map(served.map((target) => [target.id, target])));
    const handlers = served.map(({ loginServer, handle }): [string, Handle] => [loginServer, handle]);
    this.fetch = fetchInProcess(
      new Map([
        ...handlers,
        [dataHost, (request) => data.answer(request)],
        [marHost, (request) => answerMar(mar, request)],
      ]),
    );
  }

  /** The managed identity of the app. */
  readonly credential: TokenCredential = {
    getToken: async (scopes) => {
      const [scope = ''] = typeof scopes === 'string' ? [scopes] : scopes;
      const token = this.#issuer.issue(scope.replace(/\/\.default$/, ''));
      return { token, expiresOnTimestamp: Date.now() + 3_600_000 };
    },
  };

  /** Background work that is due by now. */
  run(): void {
    this.#timers.run();
  }

  cache(loginServer: string): RegistryCache {
    return this.caches.get(loginServer) ?? unknownHost(loginServer);
  }
}

function unknownHost(name: string): never {
  throw new Error(`no registry at ${name}`);
}

function scenarioOf(declared: readonly DeclaredRegistry[]) {
  const direct = { name: 'none', resourceGroup: 'rg', kubernetesVersion: '1.34.7', artifactSource: 'Direct' };
  return {
    name: 'chaos',
    registries: declared.map(({ name, hasRule }) => ({
      name,
      resourceGroup: 'rg',
      cacheRules: hasRule ? [{ target: 'aks-managed-repository/*' }] : [],
      importSeconds: [1, 60],
      importImageSeconds: [1, 60],
      lateBlobSeconds: [1, 3600],
    })),
    clusters: [{ ...direct, pools: [{ name: 'p' }] }],
  };
}
