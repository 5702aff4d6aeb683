import { getCACertificates, setDefaultCACertificates } from 'node:tls';

/** Makes this process trust a throwaway CA as well, as `NODE_EXTRA_CA_CERTS` does at the start of a process. */
export function trust(caPem: string): void {
  setDefaultCACertificates([...getCACertificates('default'), caPem]);
}
