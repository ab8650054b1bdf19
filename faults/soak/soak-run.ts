import { Belongings } from '../belongings.ts';
import type { About, SubjectAddress } from '../orders.ts';
import { booksOf, readBooks } from './books.ts';
import { playBout, type PlayedFault } from './bout.ts';
import type { FaultKind, SoakStage } from './fault-kind.ts';
import { loadSubject } from './load-subject.ts';
import type { Memory } from './memory.ts';
import type { Closing } from './orders.ts';
import type { Beat } from './pulse.ts';
import { Schedule, type Bout } from './schedule.ts';
import { setStage } from './stage.ts';
import { Tally, type Totals } from './tally.ts';

/** How one subject is soaked. */
export interface SoakRunOptions {
  readonly subject: SubjectAddress;
  /** How long faults go on, in milliseconds. */
  readonly lastsMs: number;
  readonly seed: number;
  readonly kinds: readonly FaultKind[];
  /** A round has bouts of faults until it is as old as this, in milliseconds. */
  readonly roundMs: number;
}

/** What came of it. */
export interface SubjectReport extends Totals {
  readonly name: string;
  /** Undefined when it could not be loaded. */
  readonly about: About | undefined;
  /** All that did not hold, a sentence each. */
  readonly broken: readonly string[];
  readonly lastedMs: number;
  /** Attempts to connect, and how long `close()` took; undefined when it did not come to that, as are those below. */
  readonly dials: number | undefined;
  readonly closedAfterMs: number | undefined;
  readonly memory: Memory | undefined;
}

/** What a run looks like at the moment. */
export interface Progress {
  readonly name: string;
  readonly sinceMs: number;
  readonly faults: readonly string[];
  readonly totals: Totals;
  readonly broken: number;
  readonly beat: Beat | undefined;
}

/** More than so many sentences say nothing new. */
const BROKEN_MAX = 200;
const UNMEASURED = { foundAfterMs: undefined, backAfterMs: undefined } as const;

/** One subject on its way through a soak. */
export class SoakRun {
  readonly #options: SoakRunOptions;
  readonly #schedule: Schedule;
  readonly #tally = new Tally();
  readonly #broken: string[] = [];
  /** When all was set up. */
  #beganAtMs = performance.now();
  #about: About | undefined;
  #beat: Beat | undefined;
  #bout: Bout | undefined;
  #closing: Closing | undefined;

  constructor(options: SoakRunOptions) {
    this.#options = options;
    this.#schedule = new Schedule(options.seed, options.kinds);
  }

  /**
   * Resolves when all is over and nothing is left. Never rejects: what goes wrong is reported.
   *
   * @param signal ends it at once, whatever hangs, without further checks
   */
  async run(signal: AbortSignal): Promise<void> {
    try {
      await using belongings = new Belongings();
      const { system } = await loadSubject(this.#options.subject);
      const stage = await setStage(this.#options.subject, system, this.#options.seed, belongings);
      this.#about = stage.worker.about;
      const endWorker = (): void => void stage.worker[Symbol.asyncDispose]();
      signal.addEventListener('abort', endWorker);
      belongings.atEnd(() => signal.removeEventListener('abort', endWorker));
      stage.worker.onNews((news) => {
        if (news.kind !== 'beat') return;
        this.#beat = news.beat;
        this.#tally.addBeat(news.beat);
      });
      await this.#rounds(stage, signal);
    } catch (error) {
      if (!signal.aborted) this.#complain([messageOf(error)]);
    }
  }

  progress(): Progress {
    return {
      name: this.#options.subject.name,
      sinceMs: performance.now() - this.#beganAtMs,
      faults: this.#bout?.faults.map(({ kind }) => kind) ?? [],
      totals: this.#tally.totals(),
      broken: this.#broken.length,
      beat: this.#beat,
    };
  }

  report(): SubjectReport {
    return {
      name: this.#options.subject.name,
      about: this.#about,
      broken: this.#broken,
      lastedMs: performance.now() - this.#beganAtMs,
      dials: this.#closing?.dials,
      closedAfterMs: this.#closing?.tookMs,
      memory: this.#closing?.memory,
      ...this.#tally.totals(),
    };
  }

  async #rounds(stage: SoakStage, signal: AbortSignal): Promise<void> {
    const { lastsMs } = this.#options;
    this.#beganAtMs = performance.now();
    let round = 0;
    do {
      await this.#round(round, stage, signal);
      if (signal.aborted) return;
      round += 1;
    } while (performance.now() - this.#beganAtMs < lastsMs);
    await this.#close(round, stage);
  }

  async #round(round: number, stage: SoakStage, signal: AbortSignal): Promise<void> {
    const faults: PlayedFault[] = [];
    try {
      await this.#begin(round, stage);
      const untilMs = performance.now() + this.#options.roundMs;
      while (performance.now() < untilMs && !signal.aborted) {
        this.#bout = this.#schedule.next();
        faults.push(...(await playBout(this.#bout, this.#options.kinds, stage, signal)));
        this.#bout = undefined;
      }
      if (signal.aborted) return;
      await stage.worker.order({ kind: 'rest' });
      await this.#check(round, stage, faults);
    } catch (error) {
      if (signal.aborted) return;
      // Whatever it is, nothing that happened since the last check was survived.
      const last = this.#bout?.faults.map(({ kind }) => ({ kind, ...UNMEASURED })) ?? [];
      this.#tally.addFaults([...faults, ...last], false);
      throw new Error(`${placeOf(round, [...faults, ...last])}: ${messageOf(error)}`, { cause: error });
    }
  }

  async #begin(round: number, { worker }: SoakStage): Promise<void> {
    await worker.order({ kind: 'begin', round, seed: this.#options.seed + round });
  }

  /** Holds a round against the server, whose data is cleared away then. */
  async #check(
    round: number,
    { worker, system, server }: SoakStage,
    faults: readonly PlayedFault[],
  ): Promise<void> {
    const found = await readBooks(system, server, booksOf(round));
    await system.clear(server);
    const report = await worker.order({ kind: 'check', found });
    const entries = [...found.entries.values()].reduce((sum, { length }) => sum + length, 0);
    this.#tally.addRound(report, faults, entries);
    const unanswered = faults
      .filter(({ backAfterMs }) => backAfterMs === undefined)
      .map(({ kind }) => `nothing was answered after "${kind}"`);
    const place = placeOf(round, faults);
    this.#complain([...unanswered, ...report.broken].map((sentence) => `${place}: ${sentence}`));
  }

  /** The client is closed in the midst of a last round, in which nothing else happens. */
  async #close(round: number, stage: SoakStage): Promise<void> {
    await this.#begin(round, stage);
    await stage.worker.nextWrite(this.#options.roundMs);
    this.#closing = await stage.worker.order({ kind: 'close' });
    this.#complain(this.#closing.broken);
    await this.#check(round, stage, []);
  }

  #complain(sentences: readonly string[]): void {
    this.#broken.push(...sentences.slice(0, BROKEN_MAX - this.#broken.length));
  }
}

/** When something happened, for people. */
function placeOf(round: number, faults: readonly { readonly kind: string }[]): string {
  const names = faults.map(({ kind }) => kind);
  return `round ${round} (${names.length === 0 ? 'no fault' : names.join(' + ')})`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
