import { ForkedProcess, type Ending, type ForkScript } from './forked-process.ts';
import { withinMs, type InTime } from './limits.ts';
import type { About, Assignment, Order, Report } from './orders.ts';
import type { RowResult } from './row.ts';

/** To load a library takes no time, but to download a server for the first time does. */
export const START_LIMIT_MS = 180_000;
export const END_LIMIT_MS = 2_000;

/** A process with one subject in it, which ends when this one does, however that ends. */
export class WorkerProcess {
  /** Resolves when the subject is loaded. Rejects, with what was wrong, when it cannot be. */
  static async start(assignment: Assignment, start?: ForkScript): Promise<WorkerProcess> {
    const worker = new WorkerProcess(assignment, start);
    try {
      worker.#about = await worker.#introduced(assignment);
      return worker;
    } catch (error) {
      await worker.#process.kill();
      throw error;
    }
  }

  readonly #process: ForkedProcess<Order, Report>;
  #about: About | undefined;

  private constructor(assignment: Assignment, start?: ForkScript) {
    this.#process = new ForkedProcess('worker', assignment, start);
  }

  get about(): About {
    return this.#about!;
  }

  /** Whether it can play no more. */
  get hasEnded(): boolean {
    return this.#process.hasEnded;
  }

  /** Plays a row. What ends the process, or is not over in time, is a result too; the process has ended then. */
  async play(row: string, seed: number, limitMs: number): Promise<RowResult> {
    this.#process.tell({ kind: 'play', row, seed });
    const next = await withinMs(this.#next(), limitMs);
    if (next.isInTime && next.value.kind === 'result') return next.value.result;
    await this.#process.kill();
    return { row, kind: 'cut short', reason: unexpected(next, limitMs) };
  }

  /** Ends it. Resolves to how it had ended before it was asked to, or badly when it was; undefined if all is well. */
  async end(): Promise<string | undefined> {
    const wasOver = this.#process.hasEnded;
    this.#process.tell({ kind: 'end' });
    if (!(await this.#process.endWithin(END_LIMIT_MS))) return `it did not end within ${END_LIMIT_MS} ms`;
    const { isOrderly, words } = await this.#process.ending;
    return wasOver || !isOrderly ? words : undefined;
  }

  async #introduced({ subject }: Assignment): Promise<About> {
    const next = await withinMs(this.#next(), START_LIMIT_MS);
    if (next.isInTime && next.value.kind === 'introduced') return next.value.about;
    throw new Error(`${subject.name} cannot be tried: ${unexpected(next, START_LIMIT_MS)}`);
  }

  #next(): Promise<Report | Ending> {
    const said = new Promise<Report>((resolve) => {
      const remove = this.#process.onSaid((report) => {
        remove();
        resolve(report);
      });
    });
    return Promise.race([said, this.#process.ending]);
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
