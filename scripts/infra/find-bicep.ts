import { execFile } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Compiled files name the compiler that made them: another version makes other bytes. */
export const bicepVersion = '0.49.2';
const packageId = 'azure.bicep.commandline.linux-x64';

/** Where a compiler is, or why there is none. */
export type Bicep = { readonly path: string } | { readonly missing: string };

/**
 * The Bicep compiler of our version: `BICEP`, the one on the path, the one fetched before, or a new one from NuGet by the .NET SDK. Idempotent.
 * @param folder that keeps what was fetched, outside of what git sees
 */
export async function findBicep(folder: string): Promise<Bicep> {
  const fetched = join(folder, packageId, bicepVersion, 'tools', 'bicep');
  for (const path of [process.env['BICEP'], 'bicep', fetched]) {
    if (path !== undefined && (await versionOf(path)) === bicepVersion) return { path };
  }
  try {
    await fetchPackage(folder);
    chmodSync(fetched, 0o755);
    accessSync(fetched, constants.X_OK);
    const version = await versionOf(fetched);
    return version === bicepVersion ? { path: fetched } : { missing: `the package holds ${version ?? 'no program'}` };
  } catch (error) {
    return { missing: describe(error) };
  }
}

async function versionOf(path: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(path, ['--version'], { timeout: 60_000 });
    return /\b(\d+\.\d+\.\d+)\b/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

/** A project that downloads the package and builds nothing. */
async function fetchPackage(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const project = mkdtempSync(join(tmpdir(), 'bicep-'));
  try {
    writeFileSync(
      join(project, 'fetch.csproj'),
      `<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup><ItemGroup>` +
        `<PackageDownload Include="Azure.Bicep.CommandLine.linux-x64" Version="[${bicepVersion}]" /></ItemGroup></Project>`,
    );
    const environment = { ...process.env, DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1' };
    await run('dotnet', ['restore', 'fetch.csproj', '--packages', folder], {
      cwd: project,
      env: environment,
      timeout: 240_000,
    });
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

function describe(error: unknown): string {
  const { code, stdout } = error as { readonly code?: unknown; readonly stdout?: unknown };
  if (code === 'ENOENT') return 'there is no .NET SDK (dotnet) to fetch it with';
  const [line] = typeof stdout === 'string' ? stdout.split('\n').filter((text) => text.includes('error')) : [];
  return line ?? (error instanceof Error ? error.message : String(error));
}
