import type { ManifestHead, ManifestReader, ManifestTree } from './ports.js';

const mostRemembered = 10_000;

/**
 * A reader that gives the same answer again for a while: many clusters share most of their artifacts, and MAR is asked once for all
 * plans of an instance. Failures are not remembered.
 * @param forMs how late a moved tag may be noticed because of it
 */
export class RememberingReader implements ManifestReader {
  readonly #trees = new Map<string, { readonly answer: Promise<ManifestTree>; readonly until: number }>();
  readonly #tags = new Map<string, { readonly answer: Promise<readonly string[]>; readonly until: number }>();

  constructor(
    private readonly reader: ManifestReader,
    private readonly forMs: number,
    private readonly now: () => Date,
  ) {}

  head(repository: string, reference: string): Promise<ManifestHead> {
    return this.reader.head(repository, reference);
  }

  get(repository: string, reference: string): Promise<ManifestTree> {
    return this.#remember(this.#trees, `${repository}@${reference}`, () => this.reader.get(repository, reference));
  }

  tags(repository: string): Promise<readonly string[]> {
    return this.#remember(this.#tags, repository, () => this.reader.tags(repository));
  }

  async #remember<Answer>(
    known: Map<string, { readonly answer: Promise<Answer>; readonly until: number }>,
    key: string,
    ask: () => Promise<Answer>,
  ): Promise<Answer> {
    const now = this.now().getTime();
    const found = known.get(key);
    if (found && now < found.until) return await found.answer;
    if (known.size >= mostRemembered) known.clear();
    const answer = ask();
    known.set(key, { answer, until: now + this.forMs });
    try {
      return await answer;
    } catch (error) {
      known.delete(key);
      throw error;
    }
  }
}
