import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly key: string | undefined;
  readonly authorization?: string;
  readonly body: string;
}

/** A function app on a loopback port that answers everything as it was told. */
export interface FakeApp {
  readonly url: string;
  readonly asked: readonly Asked[];
  answers(status: number, body: unknown, headers?: Readonly<Record<string, string>>): void;
  close(): Promise<void>;
}

/** Forgets nothing until it is closed; a text is sent as it is, anything else as JSON. */
export async function startFakeApp(): Promise<FakeApp> {
  const asked: Asked[] = [];
  let answer = { status: 500, text: '', headers: {} };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const key = request.headers['x-functions-key'];
      const { authorization } = request.headers;
      asked.push({
        method: request.method ?? '',
        url: request.url ?? '',
        key: typeof key === 'string' ? key : undefined,
        ...(authorization === undefined ? {} : { authorization }),
        body: Buffer.concat(chunks).toString(),
      });
      response.writeHead(answer.status, answer.headers).end(answer.text);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answers(status, body, headers = {}) {
      answer = { status, text: typeof body === 'string' ? body : JSON.stringify(body), headers };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
