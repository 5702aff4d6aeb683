/** Supplies the `Authorization` header of requests to one registry. */
export interface TokenSource {
  /**
   * @param challenge the `WWW-Authenticate` header of a 401; its realm and service are followed only on the registry's own terms
   * @param scope for example `repository:oss/v2/kubernetes/pause:pull`; one repository per token, since a token
   *   that carries many scopes outgrows header limits (zot#2903); a few separated by spaces where the registry is an ACR
   * @returns header value, for example `Bearer eyJ…`
   * @throws SyncError REGISTRY_FORBIDDEN, REGISTRY_THROTTLED, REGISTRY_UNAVAILABLE
   */
  authorize(challenge: string, scope: string): Promise<string>;
}

/** A parsed `Bearer` challenge. Source: CNCF Distribution, "Token Authentication Specification". */
export interface BearerChallenge {
  readonly realm: string;
  readonly service: string;
}

export function parseBearerChallenge(header: string): BearerChallenge | undefined {
  if (!/^bearer\s/i.test(header)) return undefined;
  const fields = new Map<string, string>();
  for (const [, name, value] of header.matchAll(/([a-z_]{1,20})="([^"]{0,2000})"/gi)) {
    if (name !== undefined && value !== undefined) fields.set(name.toLowerCase(), value);
  }
  const realm = fields.get('realm');
  return realm === undefined ? undefined : { realm, service: fields.get('service') ?? '' };
}
