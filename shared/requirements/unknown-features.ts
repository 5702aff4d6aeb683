import type { Catalog } from '../catalog/catalog.js';
import { pathsAskedBy } from '../catalog/condition.js';
import type { Finding } from '../model/artifact.js';
import type { Cluster } from '../model/cluster.js';
import { switchedOn } from './features.js';

/**
 * Switches that add no pod to a node: of the control plane, of Azure resources, of what runs anyway. Lower case.
 * Source: every `enabled` of Microsoft.ContainerService/managedClusters up to API version 2026-08-02-preview.
 */
const withoutPods: ReadonlySet<string> = new Set([
  'azuremonitorprofile.metrics.controlplane',
  'hostedsystemprofile',
  'httpproxyconfig',
  'networkprofile.clusterapiconnectivityprofile.bastion',
  'oidcissuerprofile',
  'securityprofile.azurekeyvaultkms',
  'securityprofile.noderestriction',
  'securityprofile.serviceaccountimagepullprofile',
  'storageprofile.snapshotcontroller',
  'upgradesettings.upgradegatesettings',
]);
/** Each of them keeps the gate shut: more would only make the reason longer. */
const mostTold = 50;

/** What is switched on in ARM and no condition of the catalogue asks about: it may pull anything. Pure. */
export function unknownFeatures({ properties }: Pick<Cluster, 'properties'>, catalog: Catalog): readonly Finding[] {
  const asked = askedPaths(catalog);
  return switchedOn(properties)
    .filter((path) => !asked.has(path.toLowerCase()) && !withoutPods.has(path.toLowerCase()))
    .flatMap(tell)
    .slice(0, mostTold);
}

function tell(path: string): readonly Finding[] {
  const [section = '', name = '', ...within] = path.split('.');
  if (section.toLowerCase() !== 'addonprofiles') {
    const message =
      `ARM says that ${path} is enabled, and the catalogue does not know what that runs on nodes, so its images are not in the set: ` +
      'add them as an override, with a condition on it';
    return [{ code: 'unknown-feature', subject: path, message, effect: 'unknown' }];
  }
  // What an add-on has switched on within itself, is its own affair.
  if (within.length > 0) return [];
  const message = 'the catalogue does not know this add-on, so its images are not in the set: add them as an override';
  return [{ code: 'unknown-add-on', subject: name, message, effect: 'unknown' }];
}

const askedOf = new WeakMap<Catalog, ReadonlySet<string>>();

/** What overrides ask about counts too; what they exclude or replace stays known. Found once per catalogue. */
function askedPaths(catalog: Catalog): ReadonlySet<string> {
  const conditions = [...catalog.components.values()].map(({ condition }) => condition);
  const known = askedOf.get(catalog) ?? new Set([...catalog.askedPaths, ...pathsAskedBy(conditions)]);
  askedOf.set(catalog, known);
  return known;
}
