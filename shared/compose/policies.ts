import type { Config } from '../config.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** A task this much overdue is taken for lost: well past the visibility timeout of host.json and an ordinary backlog. */
const lostAfterMs = 10 * minuteMs;
const retryFailedAfterMs = 30 * minuteMs;
/** Enough for requests to be sent in order; what waits longer is only proven later. */
const longestHeadStartSeconds = 10;

/** Every number and choice that the stages decide by: from the settings, or fixed here. Pure. */
export function policiesOf(config: Config) {
  const maxProofAgeMs = config.proofMaxAgeHours * hourMs;
  const maxPlanAgeMs = config.planMaxAgeHours * hourMs;
  return {
    pace: { verifyDelaySeconds: config.verifyDelaySeconds },
    judgeEverySeconds: Math.max(config.verifyDelaySeconds, 2),
    deadlineMarginMs: config.deadlineMarginMinutes * minuteMs,
    gatePolicy: {
      maxProofAgeMs,
      maxPlanAgeMs,
      graceMs: config.gateGraceMinutes * minuteMs,
      minConfidence: config.gateMinConfidence,
      proofLevel: config.proofLevel,
      baked: config.gateWaitsForBaked ? 'awaited' : 'not-awaited',
    } as const,
    probePolicy: { mostRequests: 100, concurrentRequests: 8, trustFoundMs: dayMs, trustMissingMs: 6 * hourMs },
    observedPolicy: { maxAgeMs: 90 * dayMs, mostPerMinor: 200 },
    driftPolicy: { firstLookBackMs: 7 * dayMs, longestWindowMs: 30 * dayMs },
    workPolicy: {
      reproveAfterMs: maxProofAgeMs / 2,
      retryFailedAfterMs,
      lostAfterMs,
      proofLevel: config.proofLevel,
      bakedDelaySeconds: Math.min(config.verifyDelaySeconds, longestHeadStartSeconds),
    },
    // Before single proofs are renewed at half of their life, so that they need not be.
    verifyPolicy: { everyMs: maxProofAgeMs / 4 },
    maintenancePolicy: {
      scope: config.maintenanceHolds,
      create: config.maintenanceCreate ? ('allowed' as const) : ('never' as const),
      holdDays: config.holdDays,
    },
    targetPolicy: { upgradesTo: upgradesOf(config) },
    proofLevel: config.proofLevel,
    retainMs: 30 * dayMs,
    auditRetainMs: config.auditRetainDays * dayMs,
    referrers: config.warmReferrers ? ('warmed' as const) : ('left' as const),
    freshProofMs: config.freshProofMinutes * minuteMs,
    componentInsights: config.componentInsights,
    reconcilePolicy: { renewPlanAfterMs: Math.min(hourMs, maxPlanAgeMs / 3), lostAfterMs, retryFailedAfterMs },
  };
}

function upgradesOf({ targetPatch, targetMinor }: Config): ReadonlySet<'patch' | 'minor'> {
  return new Set([...(targetPatch ? (['patch'] as const) : []), ...(targetMinor ? (['minor'] as const) : [])]);
}
