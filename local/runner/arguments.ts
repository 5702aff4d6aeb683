import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** How a scenario is to be played. */
export interface RunnerArguments {
  readonly scenarioFile: string;
  /** What to do when the scenario has ended. */
  readonly afterwards: 'exit' | 'stay';
  readonly output: 'text' | 'json';
  readonly mode: 'observe' | 'enforce';
}

/** Wrong use of the command line; the message is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const usage = `npm start -- [--scenario file.json] [--exit] [--json] [--mode observe|enforce]

  --scenario  subscription to play (local/scenarios/default.json); docs/scenarios.md describes the format
  --exit      end when the scenario has ended: exit code 0 when it ended as declared, 1 when not
  --json      one JSON document with the outcome on stdout, progress on stderr
  --mode      GATE_MODE of the app: enforce (default here) opens gates, observe only decides
`;

const options = {
  scenario: { type: 'string' },
  exit: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  mode: { type: 'string', default: 'enforce' },
  help: { type: 'boolean', default: false },
} as const;

/**
 * @param defaultScenario file to play when none is named
 * @returns 'help' when the usage was asked for
 * @throws UsageError
 */
export function parseArguments(args: readonly string[], defaultScenario: string): RunnerArguments | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const { mode } = values;
  if (mode !== 'observe' && mode !== 'enforce') throw new UsageError(`--mode wants observe or enforce, got "${mode}"`);
  return {
    scenarioFile: values.scenario === undefined ? defaultScenario : resolve(values.scenario),
    afterwards: values.exit ? 'exit' : 'stay',
    output: values.json ? 'json' : 'text',
    mode,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    const [firstLine] = (cause as Error).message.split(/\. |\n/);
    throw new UsageError(`${firstLine}; --help shows the options`, { cause });
  }
}
