import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { WaitOptions } from '../../core/index.ts';
import { checkInteger } from '../check-numbers.ts';
import { checkOptions } from '../check-options.ts';
import { findRedis, type RedisBinary } from './redis-binary.ts';
import {
  busPortOf,
  checkRedisOptions,
  DEFAULT_HOST,
  redisConfig,
  socketPathOf,
  tlsPortOf,
} from './redis-config.ts';
import { inspectRedis, type InspectOptions } from './redis-inspect.ts';
import { checkLinked } from './redis-replication.ts';
import type { RedisPeer, RedisServerOptions } from './redis-server-options.ts';
import type { RedisValue } from './reply-reader.ts';
import { SERVER_EXPECTATIONS } from './server-expectations.ts';
import { ServerProcess, type ServerPlace, type ServerStart, type ServerState } from './server-process.ts';
import { waitUntil } from './wait-until.ts';

/**
 * How a sentinel is told to look around more often, in milliseconds. It would do so every second to every ten seconds.
 *
 * In a failover it asks servers for their INFO once a second, whatever it is told. So four times `publish-period` has to be
 * longer than that: it is how long the other sentinels let a promotion be of which they have not been told. And five times
 * `ping-period` too: it is how old the INFO of a replica may be that is to be promoted.
 */
const SENTINEL_PERIODS: Readonly<Record<string, number>> = {
  'info-period': 500,
  'ping-period': 400,
  'ask-period': 100,
  'publish-period': 500,
  'min-link-reconnect-period': 500,
  'election-timeout': 2_000,
  // How long it does nothing when it has been paused itself.
  'tilt-period': 1_000,
};

const PORT_MAX = 65_535;

/**
 * A real Redis of one's own, run as a {@link ServerProcess} is: on a free port of 127.0.0.1 and in a fresh temporary
 * directory, to be killed, paused and started again at will. Neither process nor directory outlives this process.
 */
export class RedisServer implements RedisPeer, AsyncDisposable {
  /**
   * Starts a server and waits until it answers. Rejects with the end of its log when it does not in time, with the
   * signal's reason when that aborts, with a TypeError for options that contradict each other or are of another
   * kind than is expected, and with a RangeError for numbers that make no sense.
   */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    checkOptions('RedisServer', options, SERVER_EXPECTATIONS);
    const { launcher, port, timeoutMs, signal } = options;
    if (port !== undefined) checkInteger('RedisServer', 'port', port, 1, PORT_MAX);
    const binary = options.binary ?? (await findRedis());
    checkRedisOptions(options, binary);
    const process = await ServerProcess.start({
      name: 'Redis',
      launcher,
      env: binary.env,
      port,
      timeoutMs,
      signal,
      async command(place) {
        const path = join(place.directory, 'redis.conf');
        await writeFile(path, redisConfig(options, binary, place));
        const mode = options.sentinelOf === undefined ? [] : ['--sentinel'];
        return [binary.serverPath, path, ...(options.args ?? []), ...mode];
      },
      isReady: (place, start) => isReady(options, place, start),
    });
    const server = new RedisServer(process, options, binary);
    try {
      if (options.replicaOf !== undefined) await server.#untilLinked({ timeoutMs, signal });
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  readonly binary: RedisBinary;
  readonly host: string;
  readonly port: number;
  /** Set when `tls` was asked for. */
  readonly tlsPort: number | undefined;
  /** Where the other nodes find it. Set for a `clusterNode`. */
  readonly busPort: number | undefined;
  /** Set when `unixSocket` was asked for. */
  readonly socketPath: string | undefined;
  /** The password of its default user, if it has one. */
  readonly password: string | undefined;
  /** `redis://127.0.0.1:port`, with the password when there is one. */
  readonly url: string;
  /** Holds the data, the log and the configuration, which the server may rewrite. Removed by `stop()`. */
  readonly directory: string;

  readonly #process: ServerProcess;
  readonly #inspectUrl: string;

  private constructor(process: ServerProcess, options: RedisServerOptions, binary: RedisBinary) {
    this.#process = process;
    this.binary = binary;
    this.host = options.host ?? DEFAULT_HOST;
    this.port = process.port;
    this.tlsPort = tlsPortOf(options, process);
    this.busPort = busPortOf(options, process);
    this.socketPath = socketPathOf(options, process);
    this.password = options.password;
    this.url = urlOf(options, process);
    this.directory = process.directory;
    this.#inspectUrl = inspectUrlOf(options, process);
    // One line, without the password. Assertion libraries that do not find this would call `inspect` to show a server.
    Object.defineProperty(this, inspect.custom, {
      value: () => `RedisServer ${this.host}:${this.port} (${this.state})`,
    });
  }

  /** Host and port, as clients of Hawser take them. */
  get endpoint(): { readonly host: string; readonly port: number } {
    return { host: this.host, port: this.port };
  }

  get state(): ServerState {
    return this.#process.state;
  }

  /** Process id; `undefined` while the server is down. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Runs one command on a socket of its own, independent of any client under test, as the default user. */
  inspect(command: readonly string[], options?: InspectOptions): Promise<RedisValue> {
    return inspectRedis(this.#inspectUrl, command, options);
  }

  /** What it has logged so far, in all its starts. Rejects once it is stopped. */
  log(): Promise<string> {
    return this.#process.log();
  }

  /** Stops the server's process from running (SIGSTOP): its sockets stay open and say nothing. */
  pause(): void {
    this.#process.pause();
  }

  /** Lets a paused server go on (SIGCONT). */
  resume(): void {
    this.#process.resume();
  }

  /** Ends the process without warning (SIGKILL), paused or not, and waits until it is gone. */
  kill(): Promise<void> {
    return this.#process.kill();
  }

  /**
   * Starts the server again, on the same ports and with what it has on disk, and waits until it answers, by default for
   * as long as `start` might. Kills it first if it is up.
   */
  restart(options?: WaitOptions): Promise<void> {
    return this.#process.restart(options);
  }

  /** Ends the process, politely if it can be, and removes its directory. May be called more than once. */
  stop(): Promise<void> {
    return this.#process.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #untilLinked({ timeoutMs = 10_000, signal }: WaitOptions): Promise<void> {
    await waitUntil({
      complaint: 'The replica was not linked to its master',
      timeoutMs,
      signal,
      ask: (over) => checkLinked(this, { signal: over }),
    });
  }
}

async function isReady(
  options: RedisServerOptions,
  place: ServerPlace,
  { pid, signal }: ServerStart,
): Promise<boolean> {
  const ask = (...command: string[]): Promise<RedisValue> =>
    inspectRedis(inspectUrlOf(options, place), command, { signal });
  if ((await ask('PING')) !== 'PONG') return false;
  // Another server may have been quicker to take the port.
  if (!String(await ask('INFO', 'server')).includes(`\nprocess_id:${pid}\r\n`)) return false;
  if (options.sentinelOf !== undefined) {
    await ask('SENTINEL', 'DEBUG', ...Object.entries(SENTINEL_PERIODS).flat().map(String));
  }
  return true;
}

function urlOf(options: RedisServerOptions, { port }: ServerPlace): string {
  const host = options.host ?? DEFAULT_HOST;
  return `redis://${userOf(options)}${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function inspectUrlOf(options: RedisServerOptions, place: ServerPlace): string {
  const path = socketPathOf(options, place);
  if (path === undefined) return urlOf(options, place);
  return `unix://${userOf(options)}localhost${path.split('/').map(encodeURIComponent).join('/')}`;
}

function userOf({ password }: RedisServerOptions): string {
  return password === undefined ? '' : `:${encodeURIComponent(password)}@`;
}
