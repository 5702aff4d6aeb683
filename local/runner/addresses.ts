import type { Session } from './session.js';

/** Where a running session can be looked at, by name; ready to click. */
export function listAddresses({ azure, host }: Session): Readonly<Record<string, string>> {
  const code = `code=${host.keys.default}`;
  const [target] = azure.scenario.expect.clusters.flatMap(({ name, targets }) =>
    targets.map(({ version }) => ({ id: azure.world.clusters.get(name)?.id ?? '', version })),
  );
  const gate = target && `${host.url}/api/gate?cluster=${target.id}&version=${target.version}&${code}`;
  const registries = [...azure.loginServers].map(([name, loginServer]) => [
    `registry ${name}`,
    `https://${loginServer}`,
  ]);
  return {
    dashboard: `${host.url}/api/dashboard?${code}`,
    status: `${host.url}/api/status?${code}`,
    ...(gate === undefined ? {} : { gate }),
    ARM: azure.armEndpoint,
    MAR: azure.marEndpoint,
    'event topic': azure.eventTopicEndpoint,
    ...(Object.fromEntries(registries) as Record<string, string>),
    'CA certificate': azure.caFile,
  };
}
