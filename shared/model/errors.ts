/**
 * What a failure is about, which decides how often and when something is tried again (shared/warming/retry.ts):
 * - permanent: no try will end otherwise
 * - throttled: somebody asks for fewer requests
 * - upstream-down: MAR, or what a registry gets from it, fails for now
 * - registry-down: the registry, or ARM on its behalf, fails for now
 * - auth: an identity may not; people can change that at any time
 * - ours: nobody else is to blame
 */
export const failureClasses = ['permanent', 'throttled', 'upstream-down', 'registry-down', 'auth', 'ours'] as const;
export type FailureClass = (typeof failureClasses)[number];

/**
 * Everything an operator may have to act on. `class` says what it is about, `retry` says what the machinery does by itself, `advice` what a person does.
 * `docs/errors.md` is generated from this table.
 */
export const failures = {
  INVALID_SETTING: {
    retry: 'never',
    class: 'permanent',
    advice: 'Correct the application setting that the message names, then restart the app.',
  },
  INVALID_INPUT: {
    retry: 'never',
    class: 'permanent',
    advice: 'Correct the field that the message names and send the input again.',
  },
  CLUSTER_NOT_FOUND: {
    retry: 'never',
    class: 'permanent',
    advice: 'Check the resource id, and that the identity of the app can read the cluster.',
  },
  CLUSTER_NOT_ISOLATED: {
    retry: 'never',
    class: 'permanent',
    advice: 'Nothing to do: the cluster does not pull through a cache, its gate is not ours.',
  },
  REGISTRY_NOT_FOUND: {
    retry: 'after-delay',
    class: 'registry-down',
    advice:
      'Check bootstrapProfile.containerRegistryId of the cluster, and that the identity of the app can read that registry.',
  },
  CACHE_RULE_MISSING: {
    retry: 'never',
    class: 'permanent',
    advice: 'Create the cache rule aks-managed-mcr (mcr.microsoft.com/* -> aks-managed-repository/*) on the registry.',
  },
  MANIFEST_UNKNOWN: {
    retry: 'never',
    class: 'permanent',
    advice: 'Check the component map: the registry has no such repository or tag.',
  },
  MANIFEST_INVALID: {
    retry: 'never',
    class: 'permanent',
    advice: 'The registry served a document that is no OCI manifest or index; look at it with `oras manifest fetch`.',
  },
  DIGEST_MISMATCH: {
    retry: 'after-delay',
    class: 'registry-down',
    advice: 'The tag names another digest than planned; the next plan pins it anew.',
  },
  REGISTRY_THROTTLED: {
    retry: 'after-delay',
    class: 'throttled',
    advice: 'No action; if it lasts, lower the request budget of this registry.',
  },
  REGISTRY_UNAVAILABLE: {
    retry: 'after-delay',
    class: 'registry-down',
    advice: 'No action; if it lasts, check the health, firewall and private endpoint of the registry.',
  },
  UPSTREAM_UNAVAILABLE: {
    retry: 'after-delay',
    class: 'upstream-down',
    advice:
      'No action; the registry could not get the artifact from its upstream. If it lasts, check the status of MAR.',
  },
  REGISTRY_FORBIDDEN: {
    retry: 'after-delay',
    class: 'auth',
    advice:
      'Grant the identity of the app AcrPull (or Container Registry Repository Reader in ABAC mode) on the registry, and let the app in where a firewall or a missing private endpoint keeps it out.',
  },
  ARM_FORBIDDEN: {
    retry: 'after-delay',
    class: 'auth',
    advice: 'Grant the identity of the app the action that the message names on the resource.',
  },
  ARM_UNAVAILABLE: {
    retry: 'after-delay',
    class: 'registry-down',
    advice: 'No action; Azure Resource Manager throttles or fails for now.',
  },
  ARM_UNEXPECTED: {
    retry: 'after-delay',
    class: 'ours',
    advice: 'Azure answered a document of another shape than documented; report it with the message.',
  },
  LOGS_FORBIDDEN: {
    retry: 'after-delay',
    class: 'auth',
    advice:
      'Grant the identity of the app Log Analytics Data Reader on the workspace, or unset LOG_ANALYTICS_WORKSPACE_ID.',
  },
  LOGS_UNAVAILABLE: {
    retry: 'after-delay',
    class: 'registry-down',
    advice: 'No action; Log Analytics throttles or fails for now.',
  },
  LOGS_UNEXPECTED: {
    retry: 'after-delay',
    class: 'ours',
    advice:
      'Check that LOG_ANALYTICS_WORKSPACE_ID is the workspace id (a GUID) and that the registry sends ContainerRegistryRepositoryEvents to it.',
  },
  CATALOG_SOURCE_INVALID: {
    retry: 'never',
    class: 'permanent',
    advice:
      'The last good copy stays in use. Correct the document at the path that the message names; if it is not yours, point its setting at a good mirror, or set it to off to go without it.',
  },
  CATALOG_SOURCE_UNAVAILABLE: {
    retry: 'after-delay',
    class: 'upstream-down',
    advice:
      'The last good copy, or the data bundled with the app, stays in use. Allow egress to the host, point the setting at a mirror that the app can reach, or set it to off to go without this source.',
  },
  BLOB_UNKNOWN: {
    retry: 'after-delay',
    class: 'registry-down',
    advice:
      'No action: it is asked for again. If it lasts, the registry lost a config or layer: delete the manifest there, the next plan caches it anew.',
  },
  IMPORT_REFUSED: {
    retry: 'never',
    class: 'permanent',
    advice:
      'The registry cannot import it: see the message. Create a cache rule that covers the repository, or import it by hand with `az acr import`.',
  },
  IMPORT_FAILED: {
    retry: 'after-delay',
    class: 'upstream-down',
    advice: 'No action: it is imported again. If it lasts, try `az acr import` by hand and look at its error.',
  },
  ARM_THROTTLED: {
    retry: 'after-delay',
    class: 'throttled',
    advice: 'No action; Azure asks for fewer requests, and gets them.',
  },
  EVENTS_UNAVAILABLE: {
    retry: 'after-delay',
    class: 'registry-down',
    advice:
      'No action: gates go on without it, and what waits is published when the topic answers again. If it lasts, check the topic, its firewall and EVENT_TOPIC_ENDPOINT.',
  },
  EVENTS_FORBIDDEN: {
    retry: 'after-delay',
    class: 'auth',
    advice: 'Grant the identity of the app EventGrid Data Sender on the topic of EVENT_TOPIC_ENDPOINT.',
  },
  EVENTS_REFUSED: {
    retry: 'after-delay',
    class: 'ours',
    advice:
      'Check that the topic of EVENT_TOPIC_ENDPOINT takes the schema CloudEvents 1.0; if it does, report it with the message.',
  },
  STATE_FILE_UNWRITABLE: {
    retry: 'never',
    class: 'permanent',
    advice: 'Make room or permit writing there, or give another file by --state.',
  },
  STATE_CONFLICT: {
    retry: 'after-delay',
    class: 'ours',
    advice: 'No action; somebody else changed the same record first.',
  },
} as const satisfies Record<string, { retry: 'never' | 'after-delay'; class: FailureClass; advice: string }>;

export type FailureCode = keyof typeof failures;
export const failureCodes = Object.keys(failures) as readonly FailureCode[];

export interface SyncErrorOptions extends ErrorOptions {
  /** Seconds that the other side asked us to wait (`Retry-After`). */
  readonly retryAfterSeconds?: number;
}

/** A failure that an operator can act on; anything else thrown is a bug. */
export class SyncError extends Error {
  override readonly name = 'SyncError';
  readonly retryAfterSeconds: number | undefined;

  /** @param message what happened, to which resource; no secrets, it reaches clients */
  constructor(
    readonly code: FailureCode,
    message: string,
    options?: SyncErrorOptions,
  ) {
    super(message, options);
    this.retryAfterSeconds = options?.retryAfterSeconds;
  }

  get advice(): string {
    return failures[this.code].advice;
  }

  get failureClass(): FailureClass {
    return failures[this.code].class;
  }

  get canRetry(): boolean {
    return failures[this.code].retry === 'after-delay';
  }
}
