import type { WarmProgress } from '../shared/app/warm-run.js';
import { formatBytes } from './format-bytes.js';
import type { Terminal } from './terminal.js';

export interface ProgressDisplay {
  readonly tell: (progress: WarmProgress, pulled: { readonly bytes: number }) => void;
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
    'warming {bar} {value}/{total} proven, {failed} failed, {waiting} under way, {pulled} | {duration_formatted}';
  const bar = new cliProgress.SingleBar({ format, hideCursor: true, clearOnComplete: true, stopOnComplete: false });
  bar.start(required, 0, { failed: 0, waiting: required, pulled: formatBytes(0) });
  return {
    tell: ({ proven, failed, waiting }, { bytes }) =>
      bar.update(proven, { failed: failed.length, waiting: waiting.length, pulled: formatBytes(bytes) }),
    end: () => bar.stop(),
  };
}

function showLines(required: number, { stderr }: Terminal): ProgressDisplay {
  const every = Math.max(1, Math.ceil(required / plainLines));
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
    end: () => undefined,
  };
}
