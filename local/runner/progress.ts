import { stripVTControlCharacters } from 'node:util';
import type { WriteStream } from 'node:tty';
import type { Colors } from 'picocolors/types.js';
import { describeChange, describeSubjects } from './change-lines.js';
import { renderBlock } from './progress-block.js';
import type { Snapshot } from './snapshot.js';
import { Throughput } from './throughput.js';

/** Shows a run to a person while it goes on. */
export interface Progress {
  show(snapshot: Snapshot): void;
  /** Leaves the last state on the screen; what is written next starts on a new line. */
  end(): void;
}

export type Output = Pick<WriteStream, 'write'> & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** A block that is drawn over itself on a terminal; elsewhere plain lines of what changed, at most one per second. */
export function createProgress(title: string, output: Output, colors: Colors): Progress {
  return output.isTTY === true ? new LiveBlock(title, output, colors) : new ChangeLines(output);
}

class LiveBlock implements Progress {
  #drawnLines = 0;
  readonly #throughputs = new Map<string, Throughput>();

  constructor(
    private readonly title: string,
    private readonly output: Output,
    private readonly colors: Colors,
  ) {}

  show(snapshot: Snapshot): void {
    const rates = this.#measure(snapshot);
    const fitting = renderBlock(this.title, snapshot, rates, this.colors).slice(0, (this.output.rows || 50) - 1);
    const lines = fitting.map((line) => cut(line, this.output.columns || 120));
    this.#erase();
    this.output.write(`${lines.join('\n')}\n`);
    this.#drawnLines = lines.length;
  }

  end(): void {
    this.#drawnLines = 0;
  }

  #erase(): void {
    if (this.#drawnLines > 0) this.output.write(`\u001b[${this.#drawnLines}A\u001b[0J`);
  }

  #measure({ status, elapsedSeconds }: Snapshot): ReadonlyMap<string, number> {
    for (const { loginServer, cached } of status?.registries ?? []) {
      const throughput = this.#throughputs.get(loginServer) ?? new Throughput();
      throughput.add(elapsedSeconds, cached);
      this.#throughputs.set(loginServer, throughput);
    }
    return new Map([...this.#throughputs].map(([loginServer, { rate }]) => [loginServer, rate]));
  }
}

class ChangeLines implements Progress {
  #shown: ReadonlyMap<string, string> = new Map();
  #shownAt = Number.NEGATIVE_INFINITY;
  #latest: Snapshot | undefined;

  constructor(private readonly output: Output) {}

  show(snapshot: Snapshot): void {
    this.#latest = snapshot;
    if (snapshot.elapsedSeconds - this.#shownAt >= 1) this.#print(snapshot);
  }

  end(): void {
    if (this.#latest !== undefined) this.#print(this.#latest);
  }

  #print(snapshot: Snapshot): void {
    const subjects = describeSubjects(snapshot);
    const line = describeChange(this.#shown, subjects, snapshot.elapsedSeconds);
    if (line === undefined) return;
    this.#shown = subjects;
    this.#shownAt = snapshot.elapsedSeconds;
    this.output.write(`${line}\n`);
  }
}

/** A line that would wrap breaks the redrawing: it is cut, and loses its colours then. */
function cut(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length < columns ? line : `${plain.slice(0, columns - 2)}…`;
}
