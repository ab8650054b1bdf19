/// <reference lib="esnext.disposable" />
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { assertListenable, listenersOf, type Listenable } from './listener-counts.ts';
import { openResources } from './open-resources.ts';
import { Sentences } from './sentences.ts';
import { TimerTracker } from './timer-tracker.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** How long a wait of a {@link LeakCheck} may take. */
export interface LeakWaitOptions {
  /** In milliseconds. 0 looks once. Default: 2,000. */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait, which rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a {@link LeakCheck} looks at, besides sockets and the listeners of `process`. */
export interface LeakCheckOptions extends LeakWaitOptions {
  /** Whose listeners are counted, by the names that sentences call them: `{ 'the signal of the request': signal }`. */
  readonly listenersOf?: Readonly<Record<string, Listenable>> | undefined;
  /** Watches the timers that are set from now on, until the check is ended. Default: `false`. */
  readonly timers?: boolean | undefined;
  /** Whose timers are counted too. */
  readonly clock?: VirtualClock | undefined;
}

type Target = readonly [name: string, target: Listenable];
/** What is counted, as sentences name it, and how many there are of it. */
type Counts = ReadonlyMap<string, number>;

const TIMEOUT_MS = 2_000;
/** Handles close in turns of their own. What was closing is closed when nothing has changed for so many turns. */
const TURNS_AT_REST = 500;
/** So many turns of the event loop follow one another at once; after them there are pauses. */
const TURNS_WITHOUT_PAUSE = 1_000;
const PAUSE_MS = 5;

/**
 * Shows that what was begun has ended, of whatever library: takes note of what is open, and says later what has been
 * added to that.
 *
 * ```ts
 * using check = await LeakCheck.begin({ timers: true, listenersOf: { signal } });
 * await work();
 * assert.deepEqual(await check.leftovers(), []);
 * ```
 *
 * It sees, of this thread:
 * - sockets, servers, pipes, look-ups and child processes, by kind. Node does not tell of those that are `unref`ed;
 * - listeners of `process`, and of each `AbortSignal` and `EventEmitter` that it is given;
 * - with `timers`, what was set by `setTimeout`, `setInterval` and `setImmediate`, `unref`ed or not, and where. Not what Node
 *   sets for itself (`socket.setTimeout`, `AbortSignal.timeout`), nor `node:timers/promises`, nor what is set by code that
 *   has kept the functions from before;
 * - with `clock`, the timers of a {@link VirtualClock}.
 *
 * It compares counts: one thing that has ended meanwhile makes up for another of its kind that has not. Memory is for
 * {@link measureGrowth}.
 */
export class LeakCheck implements Disposable {
  readonly #targets: readonly Target[];
  readonly #clock: VirtualClock | undefined;
  readonly #timers: TimerTracker | undefined;
  readonly #before: { readonly counts: Counts; readonly virtualTimers: readonly string[] };

  private constructor(targets: readonly Target[], { timers, clock }: LeakCheckOptions) {
    this.#targets = targets;
    this.#clock = clock;
    this.#timers = timers === true ? new TimerTracker() : undefined;
    this.#before = { counts: this.#counts(), virtualTimers: clock?.describeTimers() ?? [] };
  }

  /**
   * Takes the baseline, as soon as nothing is being closed any more; in a program that never rests after `timeoutMs`. Rejects
   * with a TypeError for a target that has no listeners, and with an Error where timers cannot be watched, as those of a
   * library of fake timers.
   */
  static async begin(options: LeakCheckOptions = {}): Promise<LeakCheck> {
    const targets: Target[] = [...Object.entries(options.listenersOf ?? {}), ['process', process]];
    for (const [name, target] of targets) assertListenable(name, target);
    openOutputs();
    let before = '';
    let turnsAtRest = 0;
    await turnsUntil(options, () => {
      const now = JSON.stringify([...openResources()]);
      turnsAtRest = now === before ? turnsAtRest + 1 : 0;
      before = now;
      return turnsAtRest >= TURNS_AT_REST;
    });
    return new LeakCheck(targets, options);
  }

  /**
   * What is there and was not there at the beginning, a sentence each; of each kind the first twenty. Waits until nothing
   * is left, since things end in turns of their own, and at most for `timeoutMs`. May be asked again.
   */
  async leftovers(options: LeakWaitOptions = {}): Promise<string[]> {
    let left: string[] = [];
    await turnsUntil(options, () => {
      left = this.#left();
      return left.length === 0;
    });
    return left;
  }

  /** Stops watching timers; those that were set are no longer told of. Needed with `timers` only; may be called again. */
  end(): void {
    this.#timers?.end();
  }

  [Symbol.dispose](): void {
    this.end();
  }

  #counts(): Counts {
    const counts = openResources();
    for (const [name, target] of this.#targets) {
      for (const [event, count] of listenersOf(target)) counts.set(`listeners of ${event} on ${name}`, count);
    }
    return counts;
  }

  #left(): string[] {
    const more = new Sentences();
    for (const [what, count] of this.#counts()) {
      const added = count - (this.#before.counts.get(what) ?? 0);
      if (added > 0) more.add(`${what}: ${count}, which is ${added} more than at the beginning`);
    }
    const timers = this.#timers?.pending() ?? [];
    const virtualTimers = without(this.#clock?.describeTimers() ?? [], this.#before.virtualTimers);
    return [
      ...more.list,
      ...sentencesOf(timers.map((timer) => `a timer is set: ${timer}`)),
      ...sentencesOf(virtualTimers.map((timer) => `a timer is set on the virtual clock, due at ${timer}`)),
    ];
  }
}

/** Node opens what a program prints to only when it does. Where that is a pipe, it is no leak. */
function openOutputs(): void {
  void [process.stdout, process.stderr];
}

/** Lets turns of the event loop pass until a condition holds, or the time is over. */
async function turnsUntil(
  { timeoutMs = TIMEOUT_MS, signal }: LeakWaitOptions,
  holds: () => boolean,
): Promise<void> {
  if (!(timeoutMs >= 0)) throw new RangeError(`timeoutMs: expected 0 or more, got ${timeoutMs}`);
  const deadlineMs = performance.now() + timeoutMs;
  for (let turn = 0; ; turn += 1) {
    signal?.throwIfAborted();
    if (holds() || performance.now() >= deadlineMs) return;
    await (turn < TURNS_WITHOUT_PAUSE ? nextTurn() : wait(PAUSE_MS));
  }
}

/** Those of the lines that are there more often than in the other list, as often as that. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const rest = [...others];
  return lines.filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

/** Each sentence once, with how often it was said. */
function sentencesOf(said: readonly string[]): string[] {
  const times = new Map<string, number>();
  for (const sentence of said) times.set(sentence, (times.get(sentence) ?? 0) + 1);
  const sentences = new Sentences();
  for (const [sentence, count] of times)
    sentences.add(count === 1 ? sentence : `${sentence} (${count} times)`);
  return sentences.list;
}
