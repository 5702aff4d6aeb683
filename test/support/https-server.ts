import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { issueCertificates } from '../../local/azure/certificates.js';
import { trust } from './trust.js';

/** A server that says what the test wants, under a certificate that this process trusts from then on. */
export interface HttpsServer {
  /** For example `https://localhost:40123`. */
  readonly endpoint: string;
  readonly close: () => Promise<void>;
}

/** On a free port of this machine. */
export async function serveHttps(answer: RequestListener): Promise<HttpsServer> {
  const ca = await issueCertificates();
  trust(ca.caPem);
  const server = createServer(ca.server, answer);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = async (): Promise<void> => {
    const closed = once(server.close(), 'close');
    server.closeAllConnections();
    await Promise.all([closed, ca.remove()]);
  };
  return { endpoint: `https://localhost:${(server.address() as AddressInfo).port}`, close };
}
