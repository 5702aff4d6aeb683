/** One answer of a server, or what `fetch` throws where there is none. */
export type Script = readonly (
  | Error
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | ReadableStream<Uint8Array>;
    }
)[];

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
  readonly redirect: string | undefined;
}

/** `fetch` that gives one answer of the script after the other, and remembers what was asked. */
export function scriptedFetch(...script: Script): { fetcher: typeof fetch; requests: readonly SeenRequest[] } {
  const left = [...script];
  const requests: SeenRequest[] = [];
  const fetcher: typeof fetch = async (input, init = {}) => {
    const url = input instanceof Request ? input.url : String(input);
    const body = init.body instanceof URLSearchParams ? init.body.toString() : '';
    requests.push({
      method: init.method ?? 'GET',
      url,
      headers: new Headers(init.headers),
      body,
      redirect: init.redirect,
    });
    const answer = left.shift();
    if (answer === undefined) throw new Error(`the script has no answer for ${url}`);
    if (answer instanceof Error) throw answer;
    const { status = 200, headers = {}, body: text = null } = answer;
    return new Response(text, { status, headers });
  };
  return { fetcher, requests };
}
