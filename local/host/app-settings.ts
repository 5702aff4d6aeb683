/** Application settings: what Azure gives to the host as environment variables. */
export type AppSettings = Readonly<Record<string, string | undefined>>;

/** A function that cannot be indexed; the other functions of the app run all the same. */
export class IndexingError extends Error {
  override readonly name = 'IndexingError';
}

/**
 * Replaces every `%NAME%` by the setting of that name, as the host does in all strings of a binding.
 * @throws IndexingError when a setting is missing or empty
 */
export function expandSettings(text: string, settings: AppSettings): string {
  return text.replaceAll(/%([^%]+)%/g, (whole, name: string) => {
    const value = settings[name];
    if (value === undefined || value === '') throw new IndexingError(`'${whole}' does not resolve to a value.`);
    return value;
  });
}

/**
 * The connection string behind a binding's `connection`: the setting of that name, else with the prefix `AzureWebJobs`.
 * @throws IndexingError when there is none, or when it is an identity-based connection (`<name>__accountName`), which needs Azure
 */
export function resolveConnection(name: string, settings: AppSettings): string {
  const found = settings[name] ?? settings[`AzureWebJobs${name}`];
  if (found !== undefined && found !== '') return found;
  const isIdentityBased = Object.keys(settings).some((key) => key.startsWith(`${name}__`));
  throw new IndexingError(
    isIdentityBased
      ? `Connection '${name}' is identity-based, which the local host does not offer; give it a connection string.`
      : `Storage account connection string '${name}' does not exist. Make sure that it is a defined App Setting.`,
  );
}
