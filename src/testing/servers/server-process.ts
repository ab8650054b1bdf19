import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { WaitOptions } from '../../core/index.ts';
import { ClaimedPorts } from '../claimed-ports.ts';
import { ProcessGuard } from './process-guard.ts';
import { checkTimeout, waitUntil } from './wait-until.ts';

/** Where a {@link ServerProcess} lives. */
export interface ServerPlace {
  /** A temporary directory of its own. The log is there too, as `server.log`. */
  readonly directory: string;
  /** The port that it is to listen at. */
  readonly port: number;
  /** One more free port, for a purpose that you name: the same one each time. For up to six purposes. */
  readonly portFor: (purpose: string) => number;
}

/** A {@link ServerProcess} that has been started, and may not be ready yet. */
export interface ServerStart {
  readonly pid: number;
  /** Aborts when nobody waits for it any more. */
  readonly signal: AbortSignal;
}

/** How a {@link ServerProcess} is run. */
export interface ServerProcessOptions extends WaitOptions {
  /** What to call it: in errors, and in the name of its directory. Letters, digits and dashes. */
  readonly name: string;
  /**
   * The program and its arguments. Asked once for each place that is tried, before the first start there: whatever the
   * server needs to find in its directory can be written now.
   */
  readonly command: (place: ServerPlace) => readonly string[] | Promise<readonly string[]>;
  /** Whether it answers. Asked every 10 ms while it starts; what it throws is a no. */
  readonly isReady: (place: ServerPlace, start: ServerStart) => boolean | Promise<boolean>;
  /** Put before the command, for a program that sets something up and then becomes the server, as `nice` does. Default: nothing. */
  readonly launcher?: readonly string[] | undefined;
  /** Variables to add to its environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Default: a free one. */
  readonly port?: number | undefined;
  /** What asks it to end. Default: `SIGTERM`. */
  readonly stopSignal?: NodeJS.Signals | undefined;
  /** How long a start may take, in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number | undefined;
}

/** `down`: killed, or ended by itself. `stopped`: over, and its directory gone. */
export type ServerState = 'up' | 'paused' | 'down' | 'stopped';

type Life =
  | { readonly phase: 'up' | 'paused'; readonly child: ChildProcess; readonly pid: number }
  | { readonly phase: 'down' | 'stopped' };

/** As systems, Erlang and Node say it. */
const PORT_TAKEN = /address already in use|EADDRINUSE/i;
const ATTEMPTS_MAX = 11;
const READY_WITHIN_MS = 10_000;
const STOP_WITHIN_MS = 2_000;
const LOG_TAIL_LINES = 15;

/**
 * A server of any kind as a process of one's own: on a free port and in a fresh temporary directory, to be killed, paused
 * and started again at will. Neither the process, nor what it has started itself in its process group, nor the directory
 * outlives this process, however that ends.
 */
export class ServerProcess implements ServerPlace, AsyncDisposable {
  /**
   * Starts a server and waits until it is ready; on another port if somebody else was quicker to take it. Rejects with the
   * end of its log when it ends or is not ready in time, and with the signal's reason when that aborts.
   */
  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    if (!/^[\w-]+$/.test(options.name)) {
      throw new TypeError(`name: expected letters, digits and dashes, not ${options.name}`);
    }
    for (let attemptsLeft = ATTEMPTS_MAX; ;) {
      const server = new ServerProcess(options, await ClaimedPorts.claim());
      try {
        await server.#launch(options);
        return server;
      } catch (error) {
        await server.stop();
        attemptsLeft -= 1;
        const again = options.port === undefined && PORT_TAKEN.test(String(error));
        if (!again || attemptsLeft === 0) throw error;
      }
    }
  }

  readonly port: number;
  readonly portFor: (purpose: string) => number;
  /** Holds its data and its log. Removed by `stop()`. */
  readonly directory: string;

  readonly #options: ServerProcessOptions;
  /** How long a start may take. */
  readonly #timeoutMs: number;
  readonly #guard: ProcessGuard;
  readonly #ports: ClaimedPorts;
  #command: readonly string[] | undefined;
  #life: Life = { phase: 'down' };

  private constructor(options: ServerProcessOptions, ports: ClaimedPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#timeoutMs = options.timeoutMs ?? READY_WITHIN_MS;
    this.#guard = new ProcessGuard(`hawser-${options.name.toLowerCase()}`);
    this.directory = this.#guard.directory;
    this.port = options.port ?? ports.take();
    const portsByPurpose = new Map<string, number>();
    this.portFor = (purpose) => {
      const port = portsByPurpose.get(purpose) ?? ports.take();
      portsByPurpose.set(purpose, port);
      return port;
    };
  }

  get state(): ServerState {
    return this.#life.phase;
  }

  /** Process id; `undefined` while the server is down. */
  get pid(): number | undefined {
    return 'pid' in this.#life ? this.#life.pid : undefined;
  }

  /** What it has printed so far, in all its starts. Rejects once it is stopped. */
  log(): Promise<string> {
    return readFile(this.#logPath, 'utf8');
  }

  /** Stops the process from running (SIGSTOP): its sockets stay open and say nothing. */
  pause(): void {
    if (this.#life.phase !== 'up') throw new Error(`A server that is ${this.#life.phase} cannot be paused.`);
    signalGroup(this.#life.pid, 'SIGSTOP');
    this.#life = { ...this.#life, phase: 'paused' };
  }

  /** Lets a paused server go on (SIGCONT). */
  resume(): void {
    if (this.#life.phase !== 'paused') throw new Error(`A server that is ${this.#life.phase} is not paused.`);
    signalGroup(this.#life.pid, 'SIGCONT');
    this.#life = { ...this.#life, phase: 'up' };
  }

  /** Ends the process without warning (SIGKILL), paused or not, and waits until it is gone. */
  async kill(): Promise<void> {
    if (!('child' in this.#life)) return;
    const { child, pid } = this.#life;
    signalGroup(pid, 'SIGKILL');
    await exitOf(child);
  }

  /**
   * Starts the server again, on the same port and with the data it has on disk, and waits until it is ready, by default
   * for as long as `start` might. Kills it first if it is up.
   */
  async restart(options: WaitOptions = {}): Promise<void> {
    if (this.#life.phase === 'stopped') throw new Error('A server that was stopped cannot be restarted.');
    await this.kill();
    await this.#launch(options);
  }

  /** Ends the process, politely if it can be within 2 s, and removes its directory. May be called more than once. */
  async stop(): Promise<void> {
    if (this.#life.phase === 'up') {
      const { child } = this.#life;
      child.kill(this.#options.stopSignal);
      const patience = new AbortController();
      await Promise.race([
        exitOf(child),
        wait(STOP_WITHIN_MS, undefined, { signal: patience.signal }).catch(() => undefined),
      ]);
      patience.abort();
    }
    await this.kill();
    this.#life = { phase: 'stopped' };
    await Promise.all([this.#guard.release(), this.#ports.release()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #launch({ timeoutMs = this.#timeoutMs, signal }: WaitOptions): Promise<void> {
    checkTimeout(timeoutMs);
    signal?.throwIfAborted();
    this.#command ??= await this.#options.command(this);
    const child = this.#spawn(this.#command);
    const { pid } = child;
    // There is no process id when there is no such program, as the event says.
    if (pid === undefined) return void (await once(child, 'spawn'));
    this.#life = { phase: 'up', child, pid };
    this.#guard.watch(pid);
    const ended = new AbortController();
    child.once('exit', () => {
      this.#onExit(child, pid);
      ended.abort(new Error(`${this.#options.name} ended while it was starting.`));
    });
    const over = signal === undefined ? ended.signal : AbortSignal.any([ended.signal, signal]);
    try {
      await this.#ready(pid, timeoutMs, over);
    } catch (error) {
      await this.kill();
      signal?.throwIfAborted();
      throw new Error(`${(error as Error).message} Its log ends:\n${await this.#logTail()}`, {
        cause: error,
      });
    }
  }

  #spawn(command: readonly string[]): ChildProcess {
    const [program = '', ...args] = [...(this.#options.launcher ?? []), ...command];
    const log = openSync(this.#logPath, 'a');
    try {
      const child = spawn(program, args, {
        env: { ...process.env, ...this.#options.env },
        stdio: ['ignore', log, log],
        // A process group of its own: signals reach all of it, and Ctrl-C in the terminal reaches none of it.
        detached: true,
      });
      // A server that somebody forgot to stop does not keep this process alive; the guard ends it.
      child.unref();
      return child;
    } finally {
      closeSync(log);
    }
  }

  #onExit(child: ChildProcess, pid: number): void {
    // What it has started itself goes with it.
    signalGroup(pid, 'SIGKILL');
    if (!('child' in this.#life) || this.#life.child !== child) return;
    this.#guard.watch(undefined);
    this.#life = { phase: 'down' };
  }

  #ready(pid: number, timeoutMs: number, signal: AbortSignal): Promise<void> {
    const { name, isReady } = this.#options;
    return waitUntil({
      complaint: `${name} was not ready`,
      timeoutMs,
      signal,
      ask: async (over) => {
        if (!(await isReady(this, { pid, signal: over }))) throw new Error('it did not answer.');
      },
    });
  }

  get #logPath(): string {
    return join(this.directory, 'server.log');
  }

  async #logTail(): Promise<string> {
    const lines = (await this.log()).trimEnd().split('\n');
    return lines.slice(-LOG_TAIL_LINES).join('\n');
  }
}

/** Sends it to all processes of the group; there may be none left. */
function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  await once(child, 'exit');
}
