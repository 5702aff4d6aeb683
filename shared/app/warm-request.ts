import type { ProofLevel } from '../warming/state.js';
import type { WarmPlan } from './warm-plan.js';

export interface WarmRequest {
  readonly plan: WarmPlan;
  /** Login server, address, or resource id. */
  readonly registry: string;
  /** What stands for MAR; MAR itself unless given. */
  readonly upstream: string | undefined;
  /** Path of MAR's repositories in the registry; by the kind of registry unless given. */
  readonly prefix: string | undefined;
  /** By which cache rules and imports name MAR; `mcr.azure.cn` in Azure China. */
  readonly marHost: string;
  readonly strategy: 'auto' | 'pull-through' | 'import';
  readonly proof: ProofLevel;
  readonly concurrency: number;
  /** Part of the documented limits of ACR and ARM that this run may use, above 0 and up to 1. */
  readonly budgetShare: number;
  /** Failures of one artifact in a row after which it is left alone. */
  readonly mostFailures: number;
  /** "forget": whatever earlier runs proved is looked at anew. */
  readonly memory: 'keep' | 'forget';
  readonly credentials: Credentials | undefined;
  /** Where the states of a registry are kept. @param name of the registry, fit for a file */
  readonly stateFile: (name: string) => string;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}
