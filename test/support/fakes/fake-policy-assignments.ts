import type { PolicyAssignment, PolicyAssignments, PolicyLists } from '../../../shared/gate/policy/policy-ports.js';

interface Document {
  readonly revision: number;
  readonly lists: PolicyLists;
  /** Whatever else people set. */
  readonly note: string;
}

/** One assignment in memory. */
export class FakePolicyAssignments implements PolicyAssignments {
  readonly id = '/subscriptions/s/providers/Microsoft.Authorization/policyAssignments/aks-versions';
  #document: Document | undefined = { revision: 1, lists: { guarded: [], allowed: [] }, note: '' };
  /** Every list that was ever written. */
  readonly written: PolicyLists[] = [];
  /** Thrown by the next `put`. */
  failure: Error | undefined;

  async get(): Promise<PolicyAssignment | undefined> {
    return this.#document && { id: this.id, lists: this.#document.lists, document: this.#document };
  }

  async put(assignment: PolicyAssignment, lists: PolicyLists): Promise<'written' | 'conflict'> {
    const { failure } = this;
    this.failure = undefined;
    if (failure) throw failure;
    if (!this.#document || assignment.document !== this.#document) return 'conflict';
    this.#document = { ...this.#document, revision: this.#document.revision + 1, lists };
    this.written.push(lists);
    return 'written';
  }

  /** Somebody else changes it. */
  edit(changes: Partial<Pick<Document, 'lists' | 'note'>>): void {
    if (this.#document) this.#document = { ...this.#document, ...changes, revision: this.#document.revision + 1 };
  }

  get note(): string | undefined {
    return this.#document?.note;
  }

  remove(): void {
    this.#document = undefined;
  }
}
