const verbs: Readonly<Record<string, string>> = { GET: 'read', PUT: 'write', PATCH: 'write', DELETE: 'delete' };

/**
 * The action that a role must grant for a request to Azure Resource Manager: the types of the last provider in its path, and what
 * the method does. Source: Azure RBAC, "Azure resource provider operations".
 * @param path without query, such as `/subscriptions/…/providers/Microsoft.ContainerRegistry/registries/one/importImage`
 */
export function armActionOf(method: string, path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '');
  const [namespace = '', ...rest] = segments.slice(
    segments.map((one) => one.toLowerCase()).lastIndexOf('providers') + 1,
  );
  const types = rest.filter((_segment, index) => index % 2 === 0);
  return [namespace, ...types, verbs[method] ?? 'action'].join('/').toLowerCase();
}
