import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import type { TlsKeys } from './http.js';

/** A certificate authority that lives as long as one local Azure. */
export interface ThrowawayCa {
  /** PEM file for `NODE_EXTRA_CA_CERTS`. */
  readonly caFile: string;
  readonly caPem: string;
  /** For every server of the local Azure: 127.0.0.1, ::1 and localhost. */
  readonly server: TlsKeys;
  remove(): Promise<void>;
}

const oneDay = 24 * 60 * 60 * 1000;

/** Writes only the public certificate, to a new folder below the system's temporary one; the keys stay in memory. */
export async function issueCertificates(): Promise<ThrowawayCa> {
  const notBeforeDate = new Date(Date.now() - 60 * 60 * 1000);
  const common = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256', notBeforeDate } as const;
  const notAfterDate = new Date(Date.now() + 7 * oneDay);
  // A process that trusts several of them finds the right one by its name.
  const name = `throwaway CA ${randomBytes(4).toString('hex')} of a local Azure`;
  const ca = await generate([{ name: 'commonName', value: name }], {
    ...common,
    notAfterDate,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const leaf = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...common,
    notAfterDate,
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  });
  const folder = await mkdtemp(join(tmpdir(), 'local-azure-'));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, ca.cert);
  return {
    caFile,
    caPem: ca.cert,
    server: { key: leaf.private, cert: leaf.cert },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
