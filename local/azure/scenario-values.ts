import { z } from 'zod';
import { isRepository, isTag } from '../../shared/model/artifact.js';
import { isKubernetesVersion } from '../../shared/model/kubernetes-version.js';

export const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'must be letters, digits, "-" and "_"');
export const version = z.string().refine(isKubernetesVersion, 'must be a Kubernetes version such as 1.35.7');
export const minor = z.string().regex(/^\d+\.\d+$/, 'must be a Kubernetes minor such as 1.35');
export const share = z.number().min(0).max(1).default(0);
export const seconds = z.number().min(0).max(86_400);
export const range = z.tuple([seconds, seconds]).refine(([low, high]) => low <= high, 'must be [least, most]');
export const artifact = z.string().refine((text) => {
  const colon = text.lastIndexOf(':');
  return isRepository(text.slice(0, Math.max(colon, 0))) && isTag(text.slice(colon + 1));
}, 'must be repository:tag without a host');
export const displayName = z.string().min(1).max(100);
