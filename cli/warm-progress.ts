import type { Hold } from '../shared/app/warm-budgets.js';
import type { WarmWatcher } from '../shared/app/warm.js';
import { formatBytes } from './format-bytes.js';
import { cleanText, type Terminal } from './terminal.js';

export interface ProgressDisplay extends WarmWatcher {
  readonly end: () => void;
}

/** Lines of a run in a pipe or a log: a few dozens, whatever its size. */
const plainLines = 20;

/** A bar for people at a terminal, a few lines for logs; on stderr, so that stdout stays what was asked for. */
export async function showProgress(required: number, terminal: Terminal): Promise<ProgressDisplay> {
  return terminal.stderr.isTTY ? await showBar(required) : showLines(required, terminal);
}

async function showBar(required: number): Promise<ProgressDisplay> {
  const { default: cliProgress } = await import('cli-progress');
  const format =
    'warming {bar} {value}/{total} proven, {failed} failed, {waiting} under way, {pulled} | {duration_formatted}{held}';
  const bar = new cliProgress.SingleBar({
    ...{ format, hideCursor: true, clearOnComplete: true, stopOnComplete: false },
    // The run itself listens for Ctrl-C; the bar would end the process before anything is kept.
    ...{ gracefulExit: false, noTTYOutput: false, emptyOnZero: true },
  });
  const holds = new Holds();
  bar.start(required, 0, { failed: 0, waiting: required, pulled: formatBytes(0), held: '' });
  return {
    tell: ({ proven, failed, waiting }, { bytes }) =>
      bar.update(proven, {
        ...{ failed: failed.length, waiting: waiting.length, pulled: formatBytes(bytes) },
        held: holds.text === '' ? '' : ` | ${holds.text}`,
      }),
    hold: (hold) => {
      holds.begin(hold);
      bar.update({ held: ` | ${holds.text}` });
    },
    end: () => bar.stop(),
  };
}

function showLines(required: number, { stderr }: Terminal): ProgressDisplay {
  const every = Math.max(1, Math.ceil(required / plainLines));
  const holds = new Holds();
  let told = 0;
  return {
    tell: ({ proven, failed, waiting }, { bytes }) => {
      const settled = proven + failed.length;
      if (settled < told + every && (settled < required || settled === told)) return;
      told = settled;
      const failures = failed.length > 0 ? `, ${failed.length} failed` : '';
      const left = waiting.length > 0 ? `, ${waiting.length} under way` : '';
      stderr.write(`${proven} of ${required} proven${failures}${left}, ${formatBytes(bytes)} pulled\n`);
    },
    hold: (hold) => {
      if (holds.begin(hold) === 'new') stderr.write(`${holds.text}\n`);
    },
    end: () => undefined,
  };
}

const purposes: Readonly<Record<Hold['operation'], string>> = {
  'manifest-read': 'its reads',
  referrers: 'its reads of referrers',
  token: 'its tokens',
  'arm-read': 'reads of Azure Resource Manager',
  'arm-write': 'writes to Azure Resource Manager',
  'upstream-read': 'reads of the upstream',
};

/** What a run waits for, as long as it does. */
class Holds {
  #text = '';
  #until = 0;

  /** @returns "known" for one that is told already: many requests wait for the same */
  begin({ registry, operation, seconds }: Hold): 'new' | 'known' {
    const now = Date.now();
    const isKnown = now < this.#until;
    const who = registry === 'mar' || registry === 'arm' ? '' : `${cleanText(registry)}: `;
    if (isKnown) return 'known';
    this.#until = now + seconds * 1000;
    this.#text = `waits ${Math.ceil(seconds)} s for the request budget: ${who}${purposes[operation]}`;
    return 'new';
  }

  /** Empty when nothing is waited for. */
  get text(): string {
    return Date.now() < this.#until ? this.#text : '';
  }
}
