import type { TokenCredential } from '@azure/core-auth';
import type { LocalAzure } from '../../local/azure/local-azure-interface.js';
import { aadToken } from '../unit/local/azure/azure-client.js';

/** Tokens of the managed identity of a local Azure. */
export function credentialOf(azure: LocalAzure): TokenCredential {
  return {
    getToken: async (scopes) => {
      const [scope = ''] = typeof scopes === 'string' ? [scopes] : scopes;
      const token = await aadToken(azure, scope.replace(/\/\.default$/, ''));
      return { token, expiresOnTimestamp: Date.now() + 3_600_000 };
    },
  };
}
