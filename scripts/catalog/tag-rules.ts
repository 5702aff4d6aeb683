import type { TableRow, TagRule } from '../../shared/catalog/schema.js';
import type { ReferenceComponent } from './reference.js';

const nginx = 'oss/kubernetes/ingress/nginx-ingress-controller';
const nginxMirror = 'mirror/registry.k8s.io/ingress-nginx/controller';
const nginxV2 = 'oss/v2/ingress-nginx/controller';
const externalDns = 'oss/v2/kubernetes/external-dns';

const image = (repository: string, tag: string): TableRow['images'][number] => ({ repository, tag });

/** What the application routing operator runs, by its version; each row beside the text of the reference it was read from. */
const tables: Readonly<Record<string, { readonly texts: readonly string[]; readonly rows: readonly TableRow[] }>> = {
  'app-routing-nginx': {
    texts: ['<=0.2.9', '0.2.10, 0.2.12, 0.2.13', '0.2.12-patch-1, 0.2.14..0.2.16', '0.2.17..0.2.20', '>=0.2.21'],
    rows: [
      { exactly: ['0.2.12-patch-1'], images: [image(nginxMirror, 'v1.13.5')] },
      { from: '0.2.5', to: '0.2.9', images: [image(nginx, 'v1.11.5')] },
      { exactly: ['0.2.10', '0.2.12', '0.2.13'], images: [image(nginx, 'v1.13.1')] },
      { from: '0.2.14', to: '0.2.16', images: [image(nginxMirror, 'v1.13.5')] },
      { from: '0.2.17', to: '0.2.20', images: [image(nginx, 'v1.13.7')] },
      // A feature switch of AKS chooses between the two: both may be pulled.
      { from: '0.2.21', images: [image(nginxV2, 'v1.13.9'), image(nginx, 'v1.13.7')] },
    ],
  },
  'app-routing-external-dns': {
    texts: ['0.2.5-0.2.7', '0.2.7-1..0.2.15', '0.2.16..0.2.21', '>=0.2.22'],
    rows: [
      { exactly: ['0.2.7-1'], images: [image(externalDns, 'v0.17.0')] },
      { from: '0.2.5', to: '0.2.7', images: [image(externalDns, 'v0.15.0')] },
      { from: '0.2.8', to: '0.2.15', images: [image(externalDns, 'v0.17.0')] },
      { from: '0.2.16', to: '0.2.21', images: [image(externalDns, 'v0.20.0')] },
      { from: '0.2.22', images: [image(externalDns, 'v0.21.0')] },
    ],
  },
};

/** Tag forms of the reference, as text, and our rule. */
const forms: Readonly<Record<string, TagRule>> = {
  '{version}': { rule: 'version' },
  '{presetVersion}': { rule: 'version' },
  '{version} (ensure suffix -targetallocator)': { rule: 'suffix', suffix: '-targetallocator' },
  '{version} (ensure suffix -cfg)': { rule: 'suffix', suffix: '-cfg' },
  '{cilium-agent.version}': { rule: 'same-as', component: 'cilium-agent', atLeast: '1.18' },
  '{workload-identity-webhook.version}': { rule: 'same-as', component: 'workload-identity-webhook' },
  '{extension-manager.version}': { rule: 'same-as', component: 'extension-manager' },
  'v{kubernetesVersion}-{revision} (v2) | v{kubernetesVersion}[-hotfix.YYYYMMDD|-akslts] (old path)': {
    rule: 'kubernetes-revision',
  },
  'v{istioPatch}-{n} (v2) | {istioPatch}-distroless (old)': { rule: 'mesh-revision' },
  'v{istioPatch}-{n}': { rule: 'mesh-revision' },
  '@sha256:{digest} (no tag) | v{calicoVersion}': { rule: 'digest-only', component: 'tigera-operator' },
  '3.10': { rule: 'constant', tag: '3.10' },
};

/** @throws naming the component, when its tag form has no rule here */
export function translateTagRule(component: ReferenceComponent): TagRule {
  const table = tables[component.component];
  if (table) return { rule: 'table', component: 'app-routing-operator', rows: checkedRows(component, table) };
  const rule = forms[component.tag];
  if (!rule) throw new Error(`${component.component}: no rule for the tag form "${component.tag}"`);
  return rule;
}

function checkedRows(component: ReferenceComponent, table: (typeof tables)[string]): TableRow[] {
  const texts = Array.isArray(component.derivation)
    ? component.derivation.map((row: { operator: string }) => row.operator)
    : [];
  if (JSON.stringify(texts) !== JSON.stringify(table.texts)) {
    throw new Error(`${component.component}: its derivation changed, read it again: ${JSON.stringify(texts)}`);
  }
  return [...table.rows];
}
