import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { unpackDebianPackages } from './debian-packages.ts';

const run = promisify(execFile);

/** A Redis or Valkey server on this machine. */
export interface RedisBinary {
  readonly serverPath: string;
  /** Variables to add to the server's environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly kind: 'redis' | 'valkey';
  /** As the server itself says it, for example `7.0.15`. */
  readonly version: string;
}

/** Where {@link findRedis} looks. */
export interface FindRedisOptions {
  /** `PATH`, `HAWSER_CACHE`, `XDG_CACHE_HOME` and `HOME` are read from it. Default: `process.env`. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
  /** Default: `process.platform`. */
  readonly platform?: NodeJS.Platform | undefined;
  /** Told, in a sentence, before something is downloaded. */
  readonly report?: ((sentence: string) => void) | undefined;
}

/**
 * Finds a server: on the `PATH`, else in the cache folder (`HAWSER_CACHE`, by default `~/.cache/hawser`), else, on
 * Debian and Ubuntu, by downloading and unpacking the distribution's packages into the cache folder. Rejects with
 * the command to install one where that is not possible.
 */
export async function findRedis(options: FindRedisOptions = {}): Promise<RedisBinary> {
  const environment = options.environment ?? process.env;
  const platform = options.platform ?? process.platform;
  for (const name of ['redis-server', 'valkey-server']) {
    const path = await findOnPath(name, environment);
    const found = path && (await probe(path, {}));
    if (found) return found;
  }
  const cache = cacheFolder(environment);
  const target = join(cache, `redis-${process.arch}`);
  const cached = await findUnpacked(target);
  if (cached !== undefined) return cached;
  if ((await findOnPath('apt-get', environment)) && (await findOnPath('dpkg-deb', environment))) {
    options.report?.(`No Redis on this machine: unpacking the distribution's package into ${target}, once.`);
    return downloadInto(cache, target, environment);
  }
  throw new Error(
    `No redis-server or valkey-server on the PATH. ${await howToInstall(platform, environment)}`,
  );
}

/** Path of `redis-cli` or `redis-benchmark` (Valkey's own, where the server is Valkey) if it lies beside the server. */
export async function findRedisTool(
  binary: RedisBinary,
  tool: 'cli' | 'benchmark',
): Promise<string | undefined> {
  const path = join(dirname(binary.serverPath), `${binary.kind}-${tool}`);
  return (await isExecutable(path)) ? path : undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function findOnPath(name: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const directory of (environment['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, name);
    if (directory !== '' && (await isExecutable(path))) return path;
  }
  return undefined;
}

/** Asks a server for its version: proves that it starts at all, with all its libraries. */
async function probe(serverPath: string, env: Record<string, string>): Promise<RedisBinary | undefined> {
  try {
    const { stdout } = await run(serverPath, ['--version'], {
      env: { ...process.env, ...env },
      timeout: 10_000,
    });
    const [, kind, version] = /^(redis|valkey) server v=(\S+)/i.exec(stdout) ?? [];
    if (kind === undefined || version === undefined) return undefined;
    return { serverPath, env, kind: kind.toLowerCase() === 'redis' ? 'redis' : 'valkey', version };
  } catch {
    return undefined;
  }
}

function cacheFolder(environment: NodeJS.ProcessEnv): string {
  const { HAWSER_CACHE: own, XDG_CACHE_HOME: shared, HOME: home } = environment;
  return own ? resolve(own) : join(shared || join(home || homedir(), '.cache'), 'hawser');
}

async function findUnpacked(target: string): Promise<RedisBinary | undefined> {
  const libraries: string[] = [];
  for (const parent of [join(target, 'usr', 'lib'), join(target, 'lib')]) {
    const names = await readdir(parent).catch(() => []);
    for (const name of names) if (name.includes('-linux-')) libraries.push(join(parent, name));
  }
  const env = { LD_LIBRARY_PATH: libraries.join(delimiter) };
  for (const name of ['redis-server', 'valkey-server']) {
    const found = await probe(join(target, 'usr', 'bin', name), env);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function downloadInto(
  cache: string,
  target: string,
  environment: NodeJS.ProcessEnv,
): Promise<RedisBinary> {
  const failures: unknown[] = [];
  for (const kind of ['redis', 'valkey']) {
    try {
      return await unpackInto(cache, target, [`${kind}-server`, `${kind}-tools`], environment);
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(
    failures,
    `No redis-server or valkey-server on the PATH, and none could be downloaded into ${cache}. Install one ` +
      `with "apt-get install redis-server", or set HAWSER_CACHE to a folder that can be written.\n` +
      failures.map(String).join('\n'),
  );
}

async function unpackInto(
  cache: string,
  target: string,
  packages: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<RedisBinary> {
  await mkdir(cache, { recursive: true });
  const scratch = await mkdtemp(join(cache, 'unpacking-'));
  try {
    const unpacked = join(scratch, 'unpacked');
    await unpackDebianPackages({ packages, scratch, target: unpacked, environment });
    // Only what is complete gets the final name, so that a reader never finds half of it.
    if ((await findUnpacked(unpacked)) === undefined) {
      throw new Error(`The server in ${packages.join(', ')} does not start on this machine.`);
    }
    if (!(await moveTo(target, unpacked))) {
      const others = await findUnpacked(target);
      if (others !== undefined) return others;
      // An earlier copy that starts no more, after an upgrade of the system for example.
      await moveTo(join(scratch, 'broken'), target);
      await moveTo(target, unpacked);
    }
    const found = await findUnpacked(target);
    if (found === undefined) throw new Error(`The server in ${target} does not start.`);
    return found;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Atomic; does nothing and says `false` where something is at the destination already. */
async function moveTo(destination: string, source: string): Promise<boolean> {
  return rename(source, destination).then(
    () => true,
    () => false,
  );
}

async function howToInstall(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): Promise<string> {
  if (platform === 'darwin') return 'Install it with "brew install redis".';
  if (platform === 'win32') {
    return (
      'Redis does not run on Windows itself: use WSL, or "docker run --rm -p 6379:6379 redis" and set ' +
      'REDIS_URL to redis://127.0.0.1:6379.'
    );
  }
  const commands = [
    ['apk', 'apk add redis'],
    ['dnf', 'dnf install valkey'],
    ['pacman', 'pacman -S valkey'],
    ['zypper', 'zypper install redis'],
  ] as const;
  for (const [manager, command] of commands) {
    if (await findOnPath(manager, environment)) return `Install it with "${command}".`;
  }
  return "Install the package redis-server or valkey-server with the system's package manager.";
}
