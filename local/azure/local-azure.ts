import { Booting } from './booting.js';
import { issueCertificates } from './certificates.js';
import type { Scenario } from './scenario.js';
import type { LocalAzure, LocalAzureOptions } from './local-azure-interface.js';

/** Boots every service of a scenario on free ports of 127.0.0.1. */
export async function startLocalAzure(scenario: Scenario, options: LocalAzureOptions = {}): Promise<LocalAzure> {
  const azure = new Booting(scenario, options, await issueCertificates());
  try {
    return await azure.boot();
  } catch (error) {
    await azure.close();
    throw error;
  }
}
