import type { AuditAction } from './ports.js';

/** Milliseconds of this many digits last for three centuries. */
const latest = 9_999_999_999_999;

/**
 * The id of an entry of the audit trail: ids sort as their times do, the newest first. Pure, so that whoever ends what somebody else
 * began finds its entry from the record of that beginning.
 * @param at when it was begun
 * @param detail tells changes of the same moment and resource apart, such as a Kubernetes version
 */
export function auditIdOf(at: Date, action: AuditAction, resource: string, detail = ''): string {
  return [newestFirst(at), action, resource.toLowerCase(), detail].filter((part) => part !== '').join(' ');
}

/** How ids begin: the later, the smaller. */
export function newestFirst(at: Date): string {
  return String(latest - at.getTime()).padStart(13, '0');
}

/**
 * What people call a resource: its names, from the outermost on, as a gate's own is a GUID and that of a maintenance configuration is
 * the same at every cluster. `payments/aksManagedAutoUpgradeSchedule`; the id itself where it is none.
 */
export function nameResource(resource: string): string {
  const [, ...names] = (resource.split(/\/providers\//i).at(-1) ?? '').split('/');
  return names.filter((_name, index) => index % 2 === 1).join('/') || resource;
}
