import type { TokenCredential } from '@azure/core-auth';
import { answerAcr } from '../../../local/azure/acr-server.js';
import { AcrTokens as LocalTokens } from '../../../local/azure/acr-tokens.js';
import { Dice } from '../../../local/azure/dice.js';
import type { Handle } from '../../../local/azure/http.js';
import { TokenIssuer } from '../../../local/azure/identity.js';
import { answerMar } from '../../../local/azure/mar-server.js';
import { Mar } from '../../../local/azure/mar.js';
import { PullLog } from '../../../local/azure/pull-log.js';
import { RegistryCache } from '../../../local/azure/registry-cache.js';
import { scenarioSchema } from '../../../local/azure/scenario.js';
import type { FakeClock } from '../fakes/clock.js';
import { fetchInProcess } from './in-process-fetch.js';
import { VirtualTimers } from './virtual-timers.js';

export const marHost = 'mcr.microsoft.com';

/** MAR and registries of `local/`, their own classes and request handlers, in process and in virtual time. */
export class LocalRegistries {
  readonly #issuer = new TokenIssuer();
  readonly #timers: VirtualTimers;
  readonly mar: Mar;
  /** By login server. */
  readonly caches: ReadonlyMap<string, RegistryCache>;
  readonly fetch: typeof fetch;

  /**
   * @param names of the registries; `{name}.azurecr.io` serves each
   * @param content MAR: repository to tags
   */
  constructor(
    names: readonly string[],
    content: ReadonlyMap<string, ReadonlySet<string>>,
    clock: FakeClock,
    seed: number,
  ) {
    const { registries, faults } = scenarioSchema.parse(scenarioOf(names));
    const dice = new Dice(seed);
    this.#timers = new VirtualTimers(clock);
    this.mar = new Mar({ repositories: content });
    const served = registries.map((settings) => {
      const loginServer = `${settings.name}.azurecr.io`;
      const cache = new RegistryCache(settings, marHost, this.mar, [], dice, this.#timers);
      const tokens = new LocalTokens(loginServer, this.#issuer, []);
      const parts = { name: settings.name, loginServer, cache, tokens, dice, faults, pulls: new PullLog() };
      return { loginServer, cache, handle: ((request) => answerAcr(parts, request)) satisfies Handle };
    });
    this.caches = new Map(served.map(({ loginServer, cache }) => [loginServer, cache]));
    const handlers = served.map(({ loginServer, handle }): [string, Handle] => [loginServer, handle]);
    this.fetch = fetchInProcess(new Map([...handlers, [marHost, (request) => answerMar(this.mar, request)]]));
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
    const cache = this.caches.get(loginServer);
    if (!cache) throw new Error(`no registry at ${loginServer}`);
    return cache;
  }
}

function scenarioOf(names: readonly string[]) {
  return {
    name: 'chaos',
    registries: names.map((name) => ({
      name,
      resourceGroup: 'rg',
      cacheRules: [{ target: 'aks-managed-repository/*' }],
      importSeconds: [1, 60],
    })),
    clusters: [{ name: 'none', resourceGroup: 'rg', kubernetesVersion: '1.34.7', artifactSource: 'Direct', pools: [{ name: 'p' }] }],
  };
}
