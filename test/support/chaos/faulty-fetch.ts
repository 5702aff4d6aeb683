import type { Chance } from '../chance.js';
import { marHost } from './local-imports.js';
import type { Weather } from './weather.js';

const tagPath = /^\/v2\/(.+)\/manifests\/([^:]+)$/;

/** Which digest MAR named before, by `repository:tag`. */
export type Yesterday = ReadonlyMap<string, string>;

/** A network, and registries behind it, that fail as those of Azure do. Sources: azure-facts.md section 2. */
export function faultyFetch(real: typeof fetch, weather: Weather, chance: Chance, yesterday: Yesterday): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const fault = url.host === marHost ? marFault(weather) : registryFault(url, init, weather, chance);
    if (fault) return fault();
    const asked = url.host === marHost ? askYesterday(url, weather, yesterday) : url;
    const answer = await real(asked, init);
    if (url.host !== marHost && weather.strikes('registry answers, the answer is lost')) return reset();
    if (url.host !== marHost && weather.strikes('registry cuts the body')) return cut(answer);
    const bytes = url.host === marHost ? 'MAR serves other bytes' : 'registry serves other bytes';
    return answer.ok && init?.method === 'GET' && weather.strikes(bytes) ? otherBytes(answer, chance) : answer;
  };
}

type Answering = () => Response;

function marFault(weather: Weather): Answering | undefined {
  if (weather.strikes('MAR answers 429')) return () => plain(429, { 'retry-after': '3' });
  if (weather.strikes('MAR answers 5xx')) return () => plain(503);
  if (weather.strikes('MAR resets the connection')) return reset;
  if (weather.strikes('MAR forgets for a moment (404)')) return () => plain(404);
  return undefined;
}

function registryFault(
  url: URL,
  init: RequestInit | undefined,
  weather: Weather,
  chance: Chance,
): Answering | undefined {
  const { host, pathname } = url;
  if (isDown(host, weather)) return () => plain(503);
  if (pathname.startsWith('/oauth2/') && weather.strikes('registry refuses the token')) return () => plain(401);
  if (weather.strikes('registry answers 429')) return () => plain(429, { 'retry-after': String(1 + chance.below(30)) });
  if (pathname.includes('sha256:') && weather.strikes('registry answers 424')) return () => plain(424);
  if (weather.strikes('registry answers 5xx')) return () => plain(chance.one([500, 502, 503, 504]));
  if (weather.strikes('registry resets the connection')) return reset;
  if (weather.strikes('registry times out')) return timeOut;
  if (pathname.startsWith('/v2/') && weather.strikes('registry forgets for a moment (404)')) return () => plain(404);
  return failsForAWhile(url, init, weather, chance);
}

/** A fresh image that a rule cannot get, for twenty to fifty minutes (acr#876). */
function failsForAWhile(
  { host, pathname }: URL,
  init: RequestInit | undefined,
  weather: Weather,
  chance: Chance,
): Answering | undefined {
  const fault = 'rule answers 502 for a while';
  const subject = `${host}${pathname}`;
  const isPull = pathname.includes('/manifests/') && init?.method === 'GET';
  if (isPull && weather.strikes(fault)) weather.begin(fault, subject, 1200 + chance.below(1800));
  return weather.lasts(fault, subject) ? () => plain(502) : undefined;
}

function isDown(host: string, weather: Weather): boolean {
  const fault = 'registry is down';
  if (weather.strikes(fault)) weather.begin(fault, host, 900);
  return weather.lasts(fault, host);
}

/** An edge of MAR that has not heard of a moved tag yet: not longer than five minutes (acr#860). */
function askYesterday(url: URL, weather: Weather, yesterday: Yesterday): URL {
  const [, repository = '', tag = ''] = tagPath.exec(url.pathname) ?? [];
  const artifact = `${repository}:${tag}`;
  const digest = yesterday.get(artifact);
  if (digest === undefined || !weather.lasts('MAR serves yesterday for five minutes', artifact)) return url;
  return new URL(`/v2/${repository}/manifests/${digest}`, url);
}

function plain(status: number, headers: Readonly<Record<string, string>> = {}): Response {
  const body = JSON.stringify({ errors: [{ code: 'CHAOS', message: 'a fault' }] });
  return new Response(body, { status, headers });
}

function reset(): never {
  throw new TypeError('fetch failed', { cause: new Error('read ECONNRESET') });
}

function timeOut(): never {
  throw new DOMException('The operation was aborted due to timeout', 'TimeoutError');
}

/** A body that breaks in the middle. */
function cut({ status, headers, body }: Response): Response {
  if (body === null) return new Response(null, { status, headers });
  const broken = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new Uint8Array([123]));
      controller.error(new TypeError('terminated', { cause: new Error('other side closed') }));
    },
  });
  return new Response(broken, { status, headers });
}

/** Bytes that are not what the digest names: nonsense, or a well-formed index that lists nothing. */
function otherBytes({ status, headers }: Response, chance: Chance): Response {
  return new Response(chance.one(['{"schemaVersion":2,"manifests":[]}', '<html>']), { status, headers });
}
