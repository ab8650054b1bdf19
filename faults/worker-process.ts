import { fork, type ChildProcess, type ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import { ROOT } from './fixtures.ts';
import { withinMs, type InTime } from './limits.ts';
import type { About, Assignment, Order, Report } from './orders.ts';
import type { RowResult } from './row.ts';

/** Where the compiler puts worker.ts: a process of its own cannot be started from the source. */
const SCRIPT = `${ROOT}/build/faults/worker.js`;
/** Of what a process printed, so much is told when it has ended. */
const PRINTED_MOST = 1_000;
/** To load a library takes no time, but to download a server for the first time does. */
const START_LIMIT_MS = 180_000;
const END_LIMIT_MS = 2_000;

/** How a process ended. */
interface Ending {
  readonly kind: 'ended';
  readonly isOrderly: boolean;
  /** By what, and what it had printed. */
  readonly words: string;
}

/** Starts a process of Node's, on whichever side of a network. */
export type ForkScript = (script: string, args: readonly string[], options: ForkOptions) => ChildProcess;

/** A process with one subject in it, which ends when this one does, however that ends. */
export class WorkerProcess {
  /** Resolves when the subject is loaded. Rejects, with what was wrong, when it cannot be. */
  static async start(assignment: Assignment, start: ForkScript = fork): Promise<WorkerProcess> {
    const process = new WorkerProcess(assignment, start);
    try {
      process.#about = await process.#introduced(assignment);
      return process;
    } catch (error) {
      await process.#kill();
      throw error;
    }
  }

  readonly #child: ChildProcess;
  readonly #ending: Promise<Ending>;
  #about: About | undefined;
  #hasEnded = false;
  #printed = '';

  private constructor(assignment: Assignment, start: ForkScript) {
    this.#child = start(SCRIPT, [JSON.stringify(assignment)], {
      // What this process was started with, a debugger maybe, is not for the others.
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#printed = (this.#printed + text).slice(-PRINTED_MOST);
      });
    }
    // Behind `exit`: what it printed last has been read by then.
    this.#ending = once(this.#child, 'close').then(([code, signal]) => {
      this.#hasEnded = true;
      const how = signal === null ? `exit code ${code}` : `${signal}`;
      const printed = this.#printed.trim();
      const words = printed === '' ? how : `${how}, behind the words: ${printed}`;
      return { kind: 'ended', isOrderly: code === 0, words };
    });
  }

  get about(): About {
    return this.#about!;
  }

  /** Whether it can play no more. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Plays a row. What ends the process, or is not over in time, is a result too; the process has ended then. */
  async play(row: string, seed: number, limitMs: number): Promise<RowResult> {
    this.#order({ kind: 'play', row, seed });
    const next = await withinMs(this.#next(), limitMs);
    if (next.isInTime && next.value.kind === 'result') return next.value.result;
    await this.#kill();
    return { row, kind: 'cut short', reason: unexpected(next, limitMs) };
  }

  /** Ends it. Resolves to how it had ended before it was asked to, or badly when it was; undefined if all is well. */
  async end(): Promise<string | undefined> {
    const wasOver = this.#hasEnded;
    this.#order({ kind: 'end' });
    const ended = await withinMs(this.#ending, END_LIMIT_MS);
    if (ended.isInTime) return wasOver || !ended.value.isOrderly ? ended.value.words : undefined;
    await this.#kill();
    return `it did not end within ${END_LIMIT_MS} ms`;
  }

  async #introduced({ subject }: Assignment): Promise<About> {
    const next = await withinMs(this.#next(), START_LIMIT_MS);
    if (next.isInTime && next.value.kind === 'introduced') return next.value.about;
    throw new Error(`${subject.name} cannot be tried: ${unexpected(next, START_LIMIT_MS)}`);
  }

  /** A process that has ended hears nothing; its ending is told elsewhere. */
  #order(order: Order): void {
    this.#child.send(order, () => {});
  }

  #next(): Promise<Report | Ending> {
    const said = once(this.#child, 'message').then(([report]) => report as Report);
    return Promise.race([said, this.#ending]);
  }

  async #kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ending;
  }
}

function unexpected(next: InTime<Report | Ending>, limitMs: number): string {
  if (!next.isInTime) return `it hung for ${Math.round(limitMs / 1_000)} s`;
  const { value } = next;
  switch (value.kind) {
    case 'ended':
      return `it ended the process: ${value.words}`;
    case 'not loaded':
      return value.reason;
    default:
      return `it said "${value.kind}" out of turn`;
  }
}
