import type { Digest } from '../../shared/model/artifact.js';
import { answerJson, type Answer, type Received } from './http.js';
import { takePage } from './oci-answers.js';
import type { RegistryCache } from './registry-cache.js';

interface Inventory {
  readonly loginServer: string;
  readonly cache: RegistryCache;
}

const changeableAttributes = { deleteEnabled: true, writeEnabled: true, readEnabled: true, listEnabled: true };

/** `GET /acr/v1/{repository}/_tags`; undefined when nothing of the repository is stored. Source: ACR REST API 2021-07-01. */
export function listTags(registry: Inventory, repository: string, request: Received): Answer | undefined {
  const stored = registry.cache.stored().get(repository);
  if (!stored) return undefined;
  const { page, headers } = takePage([...stored.tags.keys()].sort(), request, 100);
  const tags = page.map((name) => {
    const times = registry.cache.timesOf(repository, name);
    const createdTime = times?.createdAt.toISOString();
    const lastUpdateTime = times?.updatedAt.toISOString();
    return { name, digest: stored.tags.get(name), createdTime, lastUpdateTime, signed: false, changeableAttributes };
  });
  return answerJson(200, { registry: registry.loginServer, imageName: repository, tags }, headers);
}

/** `GET /acr/v1/{repository}/_manifests`; undefined when nothing of the repository is stored. Source: ACR REST API 2021-07-01. */
export function listManifests(registry: Inventory, repository: string, request: Received): Answer | undefined {
  const stored = registry.cache.stored().get(repository);
  if (!stored) return undefined;
  const { page, headers } = takePage([...stored.manifests].sort(), request, 100);
  const manifests = page.map((digest) => {
    const manifest = registry.cache.manifestOf(repository, digest as Digest);
    const tags = [...stored.tags].filter(([, tagged]) => tagged === digest).map(([tag]) => tag);
    return { digest, imageSize: manifest?.body.length, mediaType: manifest?.mediaType, tags, changeableAttributes };
  });
  return answerJson(200, { registry: registry.loginServer, imageName: repository, manifests }, headers);
}
