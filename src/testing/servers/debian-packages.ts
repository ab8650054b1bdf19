import { execFile, type ExecFileOptions } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What {@link unpackDebianPackages} needs to know. */
export interface UnpackOptions {
  /** Names of the packages that are wanted. What they depend on and is not installed comes with them. */
  readonly packages: readonly string[];
  /** An existing empty directory for what is only needed on the way. */
  readonly scratch: string;
  /** The directory that is to hold `usr/bin`, `usr/lib` and so on. */
  readonly target: string;
  /** The environment of the package tools. */
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Downloads packages of the Debian or Ubuntu release at hand and unpacks them into a directory. It needs no root
 * and runs no script of the packages, so that no service is started. Rejects with what the package tools said.
 */
export async function unpackDebianPackages(options: UnpackOptions): Promise<void> {
  const tools: ExecFileOptions = {
    env: { ...options.environment, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
    timeout: 120_000,
    maxBuffer: 16 * 1024 * 1024,
  };
  let archives = join(options.scratch, 'archives');
  try {
    await download(options.packages, archives, [], tools);
  } catch {
    // A fresh container has no package lists, an old one has lists of files that are gone. The system's own lists
    // belong to root.
    const ownLists = await makeOwnLists(options.scratch);
    await run('apt-get', [...ownLists, 'update'], tools);
    archives = join(options.scratch, 'archives-of-own-lists');
    await download(options.packages, archives, ownLists, tools);
  }
  for (const file of await readdir(archives)) {
    if (file.endsWith('.deb')) await run('dpkg-deb', ['-x', join(archives, file), options.target], tools);
  }
}

async function makeOwnLists(scratch: string): Promise<string[]> {
  const lists = join(scratch, 'lists');
  const cache = join(scratch, 'cache');
  await mkdir(join(lists, 'partial'), { recursive: true });
  await mkdir(join(cache, 'archives', 'partial'), { recursive: true });
  return ['-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${cache}`];
}

async function download(
  packages: readonly string[],
  directory: string,
  settings: readonly string[],
  tools: ExecFileOptions,
): Promise<void> {
  const plan = await run(
    'apt-get',
    [...settings, 'install', '--simulate', '--no-install-recommends', ...packages],
    tools,
  );
  const names = new Set(packages);
  // "Inst name (version ..." is new; "Inst name [old version] (version ..." would replace what works already.
  for (const [, name] of plan.stdout.toString().matchAll(/^Inst (\S+) \(/gm)) {
    if (name !== undefined) names.add(name);
  }
  await mkdir(directory);
  await run('apt-get', [...settings, 'download', ...names], { ...tools, cwd: directory });
}
