import type { Digest } from '../../shared/model/artifact.js';
import type { ImportProgress, Imports } from '../../shared/warming/ports.js';

export interface ImportingRegistry {
  readonly imports: Imports;
  /** Another worker's, which knows nothing of the first. */
  readonly others: Imports;
  /** Resource id. */
  readonly registry: string;
  readonly source: { readonly repository: string; readonly digest: Digest };
  readonly target: { readonly repository: string; readonly tag: string };
  /** Lets a little time pass, so that imports end in a few rounds of it. */
  readonly pass: () => Promise<void>;
  /** The truth: whether the target is there at the digest, with all below it. */
  readonly holds: () => boolean;
}

/** What imports do that go well. */
export function importsContract(open: () => Promise<ImportingRegistry>): void {
  test('an import runs, and once it has ended the registry has it all', async () => {
    const { imports, registry, source, target, pass, holds } = await open();
    let progress = await imports.start(registry, source, target);
    expect([progress.kind, holds()]).toEqual(['running', false]);
    for (let round = 0; progress.kind === 'running' && round < 100; round += 1) {
      await pass();
      progress = await imports.resume(registry, tokenOf(progress));
    }
    expect([progress.kind, holds()]).toEqual(['ended', true]);
  });

  test('another worker resumes it with the token', async () => {
    const { imports, others, registry, source, target, pass, holds } = await open();
    const token = tokenOf(await imports.start(registry, source, target));
    expect((await others.resume(registry, token)).kind).toBe('running');
    for (let round = 0; !holds() && round < 100; round += 1) await resumeAfter(pass, others, registry, token);
    expect((await others.resume(registry, token)).kind).toBe('ended');
  });

  test('started twice it ends the same', async () => {
    const { imports, registry, source, target, pass, holds } = await open();
    const first = tokenOf(await imports.start(registry, source, target));
    const second = tokenOf(await imports.start(registry, source, target));
    expect(second).not.toBe(first);
    for (const token of [first, second]) {
      for (let round = 0; round < 100; round += 1) {
        if ((await resumeAfter(pass, imports, registry, token)).kind === 'ended') break;
      }
    }
    expect(holds()).toBe(true);
  });
}

async function resumeAfter(
  pass: () => Promise<void>,
  imports: Imports,
  registry: string,
  token: string,
): Promise<ImportProgress> {
  await pass();
  return imports.resume(registry, token);
}

export function tokenOf(progress: ImportProgress): string {
  if (progress.kind !== 'running') throw new Error('the import has ended already');
  return progress.token;
}
