import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parse } from 'yaml';

type Values = Readonly<Record<string, string>>;

/** A step of shell, of whatever pipeline. */
export interface ShellStep {
  readonly name: string;
  readonly script: string;
  /** Besides the environment of the pipeline; values may name variables, as `$(NAME)`. */
  readonly env: Values;
}

export interface Pipeline {
  readonly document: unknown;
  readonly env: Values;
  readonly steps: readonly ShellStep[];
  /** After which the job is cancelled. */
  readonly jobMinutes: number;
}

export interface PipelineRun {
  readonly log: string;
  /** Of the last step that ran. */
  readonly code: number;
  /** What `az` was called with, a line a call. */
  readonly az: readonly string[];
}

interface GithubDocument {
  readonly jobs: {
    readonly upgrade: {
      readonly 'timeout-minutes'?: number;
      readonly env: Values;
      readonly steps: readonly GithubStep[];
    };
  };
}
interface GithubStep {
  readonly name: string;
  readonly run?: string;
}
interface AzureDocument {
  readonly variables: Values;
  readonly jobs: readonly [{ readonly timeoutInMinutes?: number; readonly steps: readonly AzureStep[] }];
}
interface AzureStep {
  readonly displayName?: string;
  readonly bash?: string;
  readonly env?: Values;
  readonly inputs?: { readonly inlineScript?: string };
}

/** @param given values of `${{ inputs.x }}`, `${{ vars.X }}`, `${{ parameters.x }}`, `$(X)` @throws Error for one that is not given */
export async function readPipeline(file: string, given: Values): Promise<Pipeline> {
  const text = await readFile(file, 'utf8');
  const document: unknown = parse(text, { strict: true, uniqueKeys: true });
  const { env, steps, jobMinutes } = isAzure(document) ? fromAzure(document) : fromGithub(document as GithubDocument);
  const shell = steps.flatMap((step) => ('run' in step && step.run !== undefined ? [{ env: {}, ...step }] : []));
  return {
    document,
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, resolveValue(value, given)])),
    steps: shell.map(({ name, run, env: own }) => ({ name, script: run ?? '', env: own })),
    jobMinutes,
  };
}

function isAzure(document: unknown): document is AzureDocument {
  return typeof document === 'object' && document !== null && 'variables' in document;
}

function fromGithub({ jobs: { upgrade } }: GithubDocument) {
  return { ...upgrade, jobMinutes: upgrade['timeout-minutes'] ?? 360 };
}

function fromAzure({ variables, jobs: [job] }: AzureDocument) {
  const shell = job.steps.map(({ displayName = '', bash, inputs, env = {} }) => {
    const run = bash ?? inputs?.inlineScript;
    return { name: displayName, env, ...(run === undefined ? {} : { run }) };
  });
  return { env: variables, steps: shell, jobMinutes: job.timeoutInMinutes ?? 60 };
}

function resolveValue(value: string, given: Values): string {
  return value.replace(/\$\{\{ (?:\w+\.)?(\w+) \}\}|\$\((\w+)\)/g, (_whole, expression?: string, macro?: string) => {
    const found = given[expression ?? macro ?? ''];
    if (found === undefined) throw new Error(`nothing is given for ${value}`);
    return found;
  });
}

export interface PipelineOptions {
  readonly env: Values;
  readonly key: string;
  readonly folder?: string;
  /** Names of steps. */
  readonly skip?: readonly string[];
  /** Told of all output at once when it comes. */
  readonly onOutput?: (text: string) => void;
}

/** Runs steps one after the other as the agents do: variables that a step sets are known to the next, a failure ends it. */
export async function runPipeline({ env, steps }: Pipeline, options: PipelineOptions): Promise<PipelineRun> {
  const temporary = await mkdtemp(join(tmpdir(), 'pipeline-'));
  try {
    const az = await writeAz(temporary, options.key);
    const githubEnv = join(temporary, 'github-env');
    await writeFile(githubEnv, '');
    let known: Values = { ...env, ...options.env };
    const secrets: Record<string, string> = {};
    let log = '';
    for (const step of steps.filter(({ name }) => !options.skip?.includes(name))) {
      const own = Object.fromEntries(
        Object.entries(step.env).map(([name, value]) => [name, resolveValue(value, { ...known, ...secrets })]),
      );
      const path = `${temporary}${delimiter}${process.env['PATH'] ?? ''}`;
      const all = { ...process.env, ...known, ...own, PATH: path, GITHUB_ENV: githubEnv };
      const { code, output } = await runShell(step.script, all, options.folder ?? temporary, options.onOutput);
      log += `== ${step.name}\n${output}`;
      for (const [, name = '', value = ''] of output.matchAll(
        /##vso\[task\.setvariable variable=(\w+);issecret=true\](.*)/g,
      ))
        secrets[name] = value;
      if (code !== 0) return { log, code, az: await az() };
      known = { ...known, ...parseAssignments(await readFile(githubEnv, 'utf8')) };
    }
    return { log, code: 0, az: await az() };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** `az`, as far as the steps need it: it hands out the key and notes everything else. @returns what reads the notes */
async function writeAz(folder: string, key: string): Promise<() => Promise<readonly string[]>> {
  const notes = join(folder, 'az-calls');
  await writeFile(notes, '');
  await writeFile(
    join(folder, 'az'),
    `#!/bin/sh\necho "$*" >> '${notes}'\ncase "$*" in 'functionapp keys list '*) echo '${key}' ;; esac\n`,
  );
  await chmod(join(folder, 'az'), 0o755);
  return async () => (await readFile(notes, 'utf8')).split('\n').filter((line) => line !== '');
}

function parseAssignments(text: string): Values {
  const lines = text.split('\n').filter((line) => line.includes('='));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** As GitHub runs `shell: bash`. */
function runShell(
  script: string,
  env: NodeJS.ProcessEnv,
  folder: string,
  onOutput: (text: string) => void = () => undefined,
): Promise<{ code: number; output: string }> {
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], { env, cwd: folder });
  return new Promise((done, fail) => {
    let output = '';
    const keep = (chunk: Buffer): void => {
      output += chunk.toString();
      onOutput(chunk.toString());
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', fail).on('close', (code) => done({ code: code ?? 1, output }));
  });
}
