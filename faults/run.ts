import type { About, SubjectAddress } from './orders.ts';
import type { RowResult } from './row.ts';
import { ALL_ROWS, ROWS } from './rows/index.ts';
import { TEMPOS, type Tempo } from './tempo.ts';
import { NetworkLab } from './network/network-lab.ts';
import type { ForkScript } from './forked-process.ts';
import { Places } from './places.ts';
import { WorkerProcess } from './worker-process.ts';

/** A subject, and the names of the rows that it is put through, where they are others than those of the run. */
export interface SubjectToRun extends SubjectAddress {
  readonly rows?: readonly string[];
}

/** What is to be run. */
export interface RunOptions {
  readonly subjects: readonly SubjectToRun[];
  /** Names of rows. Default: all that any client is put through. */
  readonly rows?: readonly string[];
  readonly tempo: Tempo['name'];
  /** The same seed for every row, so that one row can be played again by itself. */
  readonly seed: number;
  /** Processes of each subject, which share its rows. Default: one. */
  readonly processes?: number;
  /** Most processes of all subjects at once; those that come first in the list of subjects come first. Default: all of them. */
  readonly processesAtOnce?: number;
  /** Told of each result as it comes. */
  readonly onResult?: (result: RowResult, about: About) => void;
  /** How long a row may take, in milliseconds. Default: the tempo's. */
  readonly rowMs?: number;
}

/** What came of one subject. */
export interface SubjectResults {
  readonly about: About;
  /** In the order of the rows. */
  readonly results: readonly RowResult[];
}

/**
 * Puts subjects through rows, each subject in processes of its own, and as many subjects at once as may be. Rejects when a subject cannot
 * be loaded; a subject that breaks, crashes or hangs is a result.
 */
export async function run(options: RunOptions): Promise<readonly SubjectResults[]> {
  const places = new Places(options.processesAtOnce ?? Infinity);
  const runs = options.subjects.map((subject) => new SubjectRun(subject, options, places));
  // The others need not go on for a run that has failed.
  const stopAll = (): void => runs.forEach((one) => one.stop());
  await all(runs.map((subjectRun) => subjectRun.end(stopAll)));
  return runs.map((subjectRun) => subjectRun.results());
}

/** One subject on its way through the rows. */
class SubjectRun {
  readonly #subject: SubjectAddress;
  readonly #options: RunOptions;
  readonly #places: Places;
  readonly #rows: readonly string[];
  readonly #left: string[];
  readonly #results = new Map<string, RowResult>();
  readonly #processes: number;
  #about: About | undefined;

  constructor({ rows, ...subject }: SubjectToRun, options: RunOptions, places: Places) {
    this.#subject = subject;
    this.#options = options;
    this.#places = places;
    this.#rows = rows ?? options.rows ?? ROWS.map(({ name }) => name);
    this.#left = [...this.#rows];
    this.#processes = Math.min(options.processes ?? 1, this.#rows.length);
  }

  /** Settles when all rows are through, and no process is left. Calls back at once when that cannot be. */
  end(onFailure: () => void): Promise<void> {
    const work = (): Promise<void> =>
      this.#work().catch((error: unknown) => {
        onFailure();
        throw error;
      });
    return all(Array.from({ length: this.#processes }, work));
  }

  /** No row is begun any more. */
  stop(): void {
    this.#left.length = 0;
  }

  results(): SubjectResults {
    return { about: this.#about!, results: this.#rows.map((row) => this.#results.get(row)!) };
  }

  /** Plays rows as long as there are any, in one process as long as that lasts. */
  async #work(): Promise<void> {
    using _ = await this.#places.take();
    if (this.#left.length === 0 && this.#about !== undefined) return;
    // Also where all rows are played elsewhere: who is in it is told with each result.
    let worker = await this.#start();
    let last: RowResult | undefined;
    try {
      for (let row = this.#left.shift(); row !== undefined; row = this.#left.shift()) {
        if (isOfLab(row)) {
          this.#keep(await this.#playInLab(row));
          continue;
        }
        if (worker.hasEnded) {
          this.#blame(last, await worker.end());
          worker = await this.#start();
        }
        last = await this.#play(row, worker);
        this.#keep(last);
      }
    } finally {
      this.#blame(last, await worker.end());
    }
  }

  /** Plays a row in a network of its own, where the machine allows that. */
  async #playInLab(row: string): Promise<RowResult> {
    const obstacle = await NetworkLab.obstacle();
    if (obstacle !== undefined) return { row, kind: 'not run', reason: obstacle };
    await using lab = await NetworkLab.open();
    const worker = await this.#start((script, args, options) => lab.client.fork(script, args, options));
    const result = await this.#play(row, worker);
    return blamed(result, result.kind === 'cut short' ? undefined : await worker.end());
  }

  async #start(fork?: ForkScript): Promise<WorkerProcess> {
    const { tempo } = this.#options;
    const worker = await WorkerProcess.start({ subject: this.#subject, tempo }, fork);
    this.#about = worker.about;
    return worker;
  }

  #play(row: string, worker: WorkerProcess): Promise<RowResult> {
    const { tempo, seed, rowMs = TEMPOS[tempo].rowMs } = this.#options;
    return worker.play(row, seed, rowMs);
  }

  #keep(result: RowResult): void {
    this.#results.set(result.row, result);
    this.#options.onResult?.(result, this.#about!);
  }

  #blame(last: RowResult | undefined, ended: string | undefined): void {
    if (last !== undefined) this.#results.set(last.row, blamed(last, ended));
  }
}

function isOfLab(row: string): boolean {
  return ALL_ROWS.find(({ name }) => name === row)?.extra === 'lab';
}

/** A process that ends when the row is over ends by what the row left behind. */
function blamed(result: RowResult, ended: string | undefined): RowResult {
  if (result.kind !== 'played' || ended === undefined) return result;
  return { ...result, broken: [...result.broken, `when it was over, it ended the process: ${ended}`] };
}

/** Waits for all of them, also when one fails. */
async function all(promises: readonly Promise<void>[]): Promise<void> {
  for (const ending of await Promise.allSettled(promises)) {
    if (ending.status === 'rejected') throw ending.reason;
  }
}
