import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { scenarioSchema, type Scenario } from './scenario.js';

/** A scenario file that cannot be played; the message has one line per mistake, each with the path of the field. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

/**
 * @param origin what the message calls the scenario, for example the file's name
 * @throws ScenarioError
 */
export function parseScenario(input: unknown, origin: string): Scenario {
  const parsed = scenarioSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${z.core.toDotPath(issue.path) || '(top)'}: ${issue.message}`);
  throw new ScenarioError(`scenario ${origin} cannot be played:\n${lines.join('\n')}`);
}

/** @throws ScenarioError when the file cannot be read, is no JSON, or no scenario */
export async function loadScenario(file: string): Promise<Scenario> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ScenarioError(`scenario ${file} cannot be read: ${reason}`, { cause });
  }
  return parseScenario(json, basename(file));
}
