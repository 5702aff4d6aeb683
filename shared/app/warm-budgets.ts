import { isLoopback } from '../oci/loopback.js';
import { limitsUnder, OwnLedgers, type LimitOf } from '../warming/budget-ledger.js';
import { SharedBudgets, takeOrWait } from '../warming/budgets.js';
import type { BudgetAccount, Budgets, Grant } from '../warming/ports.js';

/** Nothing is sent there for a while: the budget is used up, or the other side asked for a pause. */
export interface Hold extends Pick<BudgetAccount, 'registry' | 'operation'> {
  readonly seconds: number;
}

export interface RunLimits {
  /** Part of the documented limits of ACR and ARM that is ours, above 0 and up to 1. */
  readonly share: number;
  /** Address of MAR, or of what stands for it. */
  readonly upstream: string;
  /** Login server of the registry. */
  readonly registry: string;
  /** "documented": those of an Azure Container Registry; "none": there only 429 and `Retry-After` bind. */
  readonly limits: 'documented' | 'none';
}

/** MAR documents no limit; as the setting MAR_READS_PER_MINUTE of the app. */
const marReadsPerMinute = 3000;
/** More than any process sends. */
const boundless = { burst: 1e6, perSecond: 1e6 };

/** Budgets of one process that shares with nobody, a bucket each; tells whenever requests have to wait, and of pauses that servers ask for. */
export class RunBudgets extends SharedBudgets {
  constructor(
    { share, upstream, registry, limits }: RunLimits,
    now: () => Date,
    private readonly tell: (hold: Hold) => void,
  ) {
    const documented = limitsUnder({ share, marReadsPerMinute });
    const limitFor: LimitOf = (account, operation, sku) => {
      if (account === registry && limits === 'none') return boundless;
      if (account === 'mar' && isLoopback(new URL(upstream).hostname)) return boundless;
      return documented(account, operation, sku);
    };
    super(new OwnLedgers(), limitFor, now);
  }

  override async take(account: BudgetAccount, requests: number, deadline?: Date): Promise<Grant> {
    const grant = await super.take(account, requests, deadline);
    if (grant.kind === 'wait') this.#tell(account, grant.seconds);
    return grant;
  }

  override observe(account: BudgetAccount, answer: { status: number; retryAfterSeconds?: number }): void {
    super.observe(account, answer);
    const pause = answer.status < 400 ? 0 : this.pauseOf(account);
    if (pause > 0) this.#tell(account, pause);
  }

  #tell({ registry, operation }: BudgetAccount, seconds: number): void {
    this.tell({ registry, operation, seconds });
  }
}

/**
 * Budgets that are waited for: outside of any request, so that no timeout runs meanwhile. Where the run was stopped nothing is waited
 * for any more.
 * @param sleep ends early when the run is stopped
 */
export function waitingBudgets(
  budgets: Budgets,
  sleep: (seconds: number) => Promise<void>,
  stop: AbortSignal,
): Budgets {
  const stopped: Grant = { kind: 'wait', seconds: 1 };
  const take: Budgets['take'] = async (account, requests) => {
    const untilStopped: Pick<Budgets, 'take'> = {
      take: async (...wish) => (stop.aborted ? { kind: 'granted' } : await budgets.take(...wish)),
    };
    await takeOrWait(untilStopped, account, requests, sleep);
    return stop.aborted ? stopped : { kind: 'granted' };
  };
  const giveBack: Budgets['giveBack'] = (...grant) => budgets.giveBack(...grant);
  return { take, giveBack, observe: (...answer) => budgets.observe(...answer) };
}
