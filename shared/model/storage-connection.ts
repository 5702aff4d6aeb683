/** Storage that the Functions host uses too: a connection string, or an account reached with the app's identity. */
export type StorageConnection =
  | { readonly kind: 'connection-string'; readonly connectionString: string }
  | { readonly kind: 'identity'; readonly accountName: string; readonly suffix: string };
