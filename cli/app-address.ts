import { WrongUse } from './outcome.js';
import type { Terminal } from './terminal.js';

/** Options of every command that asks a running app. */
export interface AppOptions {
  readonly url?: string;
  readonly key?: string;
}

/** Where the app is and how it lets us in. */
export interface AppAddress {
  /** Without a trailing slash. */
  readonly url: string;
  /** Goes into a header; never into an address, a message or a log. */
  readonly key: string;
  /** Entra token for an app with built-in authentication; treated like the key. */
  readonly token?: string;
}

const urlVariable = 'AKS_ARTIFACT_SYNC_URL';
const keyVariable = 'AKS_ARTIFACT_SYNC_KEY';
const tokenVariable = 'AKS_ARTIFACT_SYNC_TOKEN';

/** @throws WrongUse when one is missing or not as it has to be */
export function readAddress(options: AppOptions, env: Terminal['env']): AppAddress {
  const url = readUrl(options.url || env[urlVariable]);
  const key = readKey(options.key || env[keyVariable]);
  return { url, key, ...readToken(env[tokenVariable]) };
}

function readToken(text: string | undefined): Pick<AppAddress, 'token'> {
  if (!text) return {};
  if (/^[\w.~+/=-]+$/.test(text)) return { token: text };
  throw new WrongUse(`${tokenVariable} is no token: wanted is what \`az account get-access-token\` prints`);
}

function readUrl(text: string | undefined): string {
  const wanted = 'wanted is the address of the function app, such as https://contoso-sync.azurewebsites.net';
  if (text === undefined) throw new WrongUse(`--url is missing (or ${urlVariable}): ${wanted}`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // Messages do not repeat the text: an address that was copied from a browser carries the key.
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw new WrongUse(`--url is no web address: ${wanted}`);
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new WrongUse(`--url must begin with https://, or the key would travel in clear text to ${url.hostname}`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new WrongUse(
      `--url has more than an address (a user, or what follows ? or #): ${wanted}; the key goes to --key`,
    );
  }
  if (/\/api(\/|$)/.test(url.pathname)) throw new WrongUse(`--url must end before /api: ${wanted}`);
  return url.href.replace(/\/+$/, '');
}

/** Names and literal addresses that never leave this machine; as `URL.hostname` spells them. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function readKey(text: string | undefined): string {
  const wanted = `a key of the function app, as \`az functionapp keys list\` shows it`;
  if (text === undefined) throw new WrongUse(`the key is missing: set ${keyVariable} (or give --key): ${wanted}`);
  if (!/^[\x21-\x7e]+$/.test(text))
    throw new WrongUse(`the key has a blank or another character that no key has: ${wanted}`);
  return text;
}
