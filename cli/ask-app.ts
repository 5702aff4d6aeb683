import { z } from 'zod';
import type { AppAddress } from './app-address.js';
import { errorCodeOf } from './error-code.js';
import { Failed, Unavailable, WrongUse } from './outcome.js';
import { cleanText } from './terminal.js';

export interface Question {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the app's address, for example `/api/status`; with the query. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** How long an answer is waited for; unset, as long as a cold start takes. */
  readonly patienceSeconds?: number;
}

export interface Answer<Content> {
  /** What the schema understood, fit for a terminal. */
  readonly content: Content;
  /** The whole JSON document as it came. */
  readonly document: unknown;
}

/** A cold start of the app is within this. */
const longestPatienceSeconds = 60;

/** RFC 9457; `advice` is an extension of our app. */
const problemSchema = z.object({ title: z.string(), detail: z.string().default(''), advice: z.string().optional() });

/**
 * Asks a running app once and reads its answer as `schema` wants it. Redirects are not followed: they would carry the key elsewhere.
 * @throws WrongUse when the app refuses the input; Unavailable when it cannot be reached, is not well or asks for fewer requests; Failed
 * when it refuses the key or answers anything but what is documented
 */
export async function askApp<Schema extends z.ZodType>(
  address: AppAddress,
  question: Question,
  schema: Schema,
): Promise<Answer<z.infer<Schema>>> {
  const { status, text } = await send(address, question);
  const name = `${question.method} ${question.path.split('?')[0]}`;
  const document = parseJson(text);
  if (status < 200 || status > 299) throw refusalOf(name, status, document, address);
  const parsed = schema.safeParse(document);
  if (parsed.success) return { content: parsed.data, document };
  const [issue] = parsed.error.issues;
  const what = document === undefined ? 'no JSON' : `${issue?.path.join('.') || 'the document'}: ${issue?.message}`;
  throw new Failed(
    `${address.url} answered ${name} in another way than documented: ${cleanText(what)}. Is it this app?`,
  );
}

async function send(
  { url, key, token }: AppAddress,
  { method, path, body, patienceSeconds = longestPatienceSeconds }: Question,
): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(url + path, {
      method,
      headers: {
        'x-functions-key': key,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(Math.ceil(patienceSeconds * 1000)),
    });
    return { status: response.status, text: await response.text() };
  } catch (cause) {
    throw new Unavailable(`cannot reach ${url}: ${describeCause(cause, patienceSeconds)}`, { cause });
  }
}

const networkCauses: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name does not resolve here (a private endpoint needs its private DNS zone)',
  EAI_AGAIN: 'its name does not resolve now (no DNS server answers)',
  ECONNREFUSED: 'nothing listens there (connection refused)',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time (a firewall may drop it)',
};

/** `fetch` wraps what went wrong in a TypeError. */
function describeCause(error: unknown, patienceSeconds: number): string {
  const { name, message, cause } = error as Partial<Error>;
  if (name === 'TimeoutError') return `no answer within ${Math.ceil(patienceSeconds)} s`;
  const code = errorCodeOf(cause) ?? '';
  const detail = (cause as Partial<Error> | undefined)?.message || code || message;
  return networkCauses[code] ?? cleanText(detail ?? 'the request failed');
}

function refusalOf(name: string, status: number, document: unknown, { url }: AppAddress): Error {
  if (status === 401 || status === 403) {
    const master = name.endsWith('/break-glass') ? '; break-glass wants the master key, no function key will do' : '';
    return new Failed(
      `${url} refuses the key (${status}): it is wrong, was renewed, or belongs to another app${master}; an app with built-in authentication also wants AKS_ARTIFACT_SYNC_TOKEN`,
    );
  }
  const problem = problemSchema.safeParse(document);
  const Failure = status >= 500 || status === 408 || status === 429 ? Unavailable : Failed;
  if (!problem.success)
    return new Failure(`${url} answered ${name} with ${status} and no explanation. Is it this app?`);
  const { title, detail, advice } = problem.data;
  const message = cleanText(`${title}: ${detail}`);
  if (status === 400) return new WrongUse(message);
  return new Failure(`the app could not do it: ${message}${advice === undefined ? '' : `\n${cleanText(advice)}`}`);
}

/** @returns undefined for text that is no JSON */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
