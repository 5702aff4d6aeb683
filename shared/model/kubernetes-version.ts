import { SyncError } from './errors.js';

/** A full Kubernetes version, `x.y.z`, without a leading `v`. LTS patches count from 100: `1.30.101`. */
export type KubernetesVersion = string & { readonly brand: 'KubernetesVersion' };

const shape = /^(\d{1,3})\.(\d{1,3})\.(\d{1,5})$/;

export function isKubernetesVersion(text: string): text is KubernetesVersion {
  return shape.test(text);
}

/** @throws SyncError INVALID_INPUT for anything but `x.y.z` */
export function parseKubernetesVersion(text: string): KubernetesVersion {
  if (!isKubernetesVersion(text)) {
    throw new SyncError('INVALID_INPUT', `not a Kubernetes version of the form 1.35.6: "${text.slice(0, 40)}"`);
  }
  return text;
}

/** `1.35` of `1.35.6`. */
export function minorOf(version: KubernetesVersion): string {
  return version.slice(0, version.lastIndexOf('.'));
}

/** Negative when `a` is older than `b`. */
export function compareVersions(a: KubernetesVersion, b: KubernetesVersion): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let part = 0; part < 3; part += 1) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
