import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pickPort } from './free-port.ts';
import { ProcessGuard } from './process-guard.ts';
import { findRedis, type RedisBinary } from './redis-binary.ts';
import { inspectRedis, type InspectOptions } from './redis-inspect.ts';
import type { RedisValue } from './reply-reader.ts';

/** How a {@link RedisServer} is run. */
export interface RedisServerOptions {
  /** Default: what `findRedis()` finds. */
  readonly binary?: RedisBinary | undefined;
  /** More arguments, behind Hawser's own and so stronger than these. */
  readonly args?: readonly string[] | undefined;
  /** Every write is on disk before it is answered, so that what was confirmed survives `kill()`. Default: `false`. */
  readonly appendOnly?: boolean | undefined;
  readonly password?: string | undefined;
  /** Paths of PEM files. The server then listens on {@link RedisServer.tlsPort} too, without asking for client certificates. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca: string } | undefined;
  /** Listens on {@link RedisServer.socketPath} too. Default: `false`. */
  readonly unixSocket?: boolean | undefined;
  /** Default: a free one. */
  readonly port?: number | undefined;
  /** How long a start may take, in milliseconds. Default: 10,000. */
  readonly readyWithinMs?: number | undefined;
}

type Life =
  | { readonly phase: 'up' | 'paused'; readonly process: ChildProcess }
  | { readonly phase: 'down' }
  | { readonly phase: 'stopped' };

const PORT_TAKEN = 'Address already in use';
const STOP_WITHIN_MS = 2_000;

/**
 * A real Redis of one's own: on a free port of 127.0.0.1 and in a fresh temporary directory, to be killed, paused
 * and started again at will. Neither process nor directory outlives this process, however that ends.
 */
export class RedisServer implements AsyncDisposable {
  /** Starts a server and waits until it answers. Rejects with the end of its log when it does not. */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const binary = options.binary ?? (await findRedis());
    for (let attemptsLeft = 10; ; attemptsLeft--) {
      const server = new RedisServer(binary, options);
      try {
        await server.#launch();
        return server;
      } catch (error) {
        await server.stop();
        const again = options.port === undefined && String(error).includes(PORT_TAKEN);
        if (!again || attemptsLeft === 0) throw error;
      }
    }
  }

  readonly binary: RedisBinary;
  readonly port: number;
  /** Set when `tls` was asked for. */
  readonly tlsPort: number | undefined;
  /** Set when `unixSocket` was asked for. */
  readonly socketPath: string | undefined;
  /** `redis://127.0.0.1:port`, with the password when there is one. */
  readonly url: string;
  /** Holds the data and the log. Removed by `stop()`. */
  readonly directory: string;

  readonly #options: RedisServerOptions;
  readonly #guard: ProcessGuard;
  #life: Life = { phase: 'down' };

  private constructor(binary: RedisBinary, options: RedisServerOptions) {
    this.#options = options;
    this.#guard = new ProcessGuard('hawser-redis');
    this.binary = binary;
    this.directory = this.#guard.directory;
    this.port = options.port ?? pickPort();
    this.tlsPort = options.tls && pickPort();
    this.socketPath = options.unixSocket ? join(this.directory, 'redis.sock') : undefined;
    const user = options.password === undefined ? '' : `:${encodeURIComponent(options.password)}@`;
    this.url = `redis://${user}127.0.0.1:${this.port}`;
  }

  /** Process id; `undefined` while the server is down. */
  get pid(): number | undefined {
    return 'process' in this.#life ? this.#life.process.pid : undefined;
  }

  /** Runs one command on a socket of its own, independent of any client under test. */
  inspect(command: readonly string[], options?: InspectOptions): Promise<RedisValue> {
    return inspectRedis(this.url, command, options);
  }

  /** Stops the server's process from running (SIGSTOP): its sockets stay open and say nothing. */
  pause(): void {
    if (this.#life.phase !== 'up') throw new Error(`A server that is ${this.#life.phase} cannot be paused.`);
    this.#life.process.kill('SIGSTOP');
    this.#life = { phase: 'paused', process: this.#life.process };
  }

  /** Lets a paused server go on (SIGCONT). */
  resume(): void {
    if (this.#life.phase !== 'paused') throw new Error(`A server that is ${this.#life.phase} is not paused.`);
    this.#life.process.kill('SIGCONT');
    this.#life = { phase: 'up', process: this.#life.process };
  }

  /** Ends the process without warning (SIGKILL), paused or not, and waits until it is gone. */
  async kill(): Promise<void> {
    if (!('process' in this.#life)) return;
    const { process } = this.#life;
    process.kill('SIGKILL');
    await exitOf(process);
  }

  /** Starts the server again, on the same port and with the data it has on disk. Kills it first if it is up. */
  async restart(): Promise<void> {
    if (this.#life.phase === 'stopped') throw new Error('A server that was stopped cannot be restarted.');
    await this.kill();
    await this.#launch();
  }

  /** Ends the process, politely if it can be, and removes its directory. May be called more than once. */
  async stop(): Promise<void> {
    if (this.#life.phase === 'up') {
      const { process } = this.#life;
      process.kill('SIGTERM');
      const patience = new AbortController();
      await Promise.race([
        exitOf(process),
        wait(STOP_WITHIN_MS, undefined, { signal: patience.signal }).catch(() => undefined),
      ]);
      patience.abort();
    }
    await this.kill();
    this.#life = { phase: 'stopped' };
    await this.#guard.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #launch(): Promise<void> {
    const log = await open(this.#logPath, 'a');
    try {
      const process = spawn(this.binary.serverPath, this.#arguments(), {
        env: { ...globalThis.process.env, ...this.binary.env },
        stdio: ['ignore', log.fd, log.fd],
      });
      this.#guard.watch(process.pid);
      // A server that somebody forgot to stop does not keep this process alive; the guard ends it.
      process.unref();
      await once(process, 'spawn');
      this.#life = { phase: 'up', process };
      process.once('exit', () => this.#onExit(process));
    } finally {
      await log.close();
    }
    await this.#ready();
  }

  #onExit(process: ChildProcess): void {
    if (!('process' in this.#life) || this.#life.process !== process) return;
    this.#guard.watch(undefined);
    this.#life = { phase: 'down' };
  }

  async #ready(): Promise<void> {
    const limitMs = this.#options.readyWithinMs ?? 10_000;
    const deadline = performance.now() + limitMs;
    while (this.pid !== undefined) {
      if (await this.#answers()) return;
      if (performance.now() > deadline) {
        await this.kill();
        throw new Error(`Redis was not ready within ${limitMs} ms. Its log ends:\n${await this.#logTail()}`);
      }
      await wait(10);
    }
    throw new Error(`Redis ended while it was starting. Its log ends:\n${await this.#logTail()}`);
  }

  async #answers(): Promise<boolean> {
    try {
      if ((await this.inspect(['PING'])) !== 'PONG') return false;
      // Another server may have been quicker to take the port.
      const info = String(await this.inspect(['INFO', 'server']));
      return info.includes(`\nprocess_id:${this.pid}\r\n`);
    } catch {
      return false;
    }
  }

  #arguments(): string[] {
    const { appendOnly, password, tls, args } = this.#options;
    const list = ['--bind', '127.0.0.1', '--port', `${this.port}`, '--dir', this.directory, '--save', ''];
    // DEBUG was always allowed before the option existed.
    if (this.binary.kind === 'valkey' || Number.parseInt(this.binary.version, 10) >= 7) {
      list.push('--enable-debug-command', 'local');
    }
    if (appendOnly) list.push('--appendonly', 'yes', '--appendfsync', 'always');
    if (password !== undefined) list.push('--requirepass', password);
    if (this.socketPath !== undefined) list.push('--unixsocket', this.socketPath);
    if (tls !== undefined) {
      list.push('--tls-port', `${this.tlsPort}`, '--tls-auth-clients', 'no');
      list.push('--tls-cert-file', tls.cert, '--tls-key-file', tls.key, '--tls-ca-cert-file', tls.ca);
    }
    return [...list, ...(args ?? [])];
  }

  get #logPath(): string {
    return join(this.directory, 'server.log');
  }

  async #logTail(): Promise<string> {
    const lines = (await readFile(this.#logPath, 'utf8')).trimEnd().split('\n');
    return lines.slice(-15).join('\n');
  }
}

async function exitOf(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  process.ref();
  await once(process, 'exit');
}
