import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';

const SETTERS = ['setTimeout', 'setInterval', 'setImmediate'] as const;

type Setter = (typeof SETTERS)[number];
type AnyFunction = (...args: unknown[]) => unknown;

/** A timer of Node, which says of itself whether it has fired or was cleared; in no documented way, alas. */
interface NodeTimer {
  readonly _destroyed?: boolean;
}

interface TrackedTimer {
  readonly timer: NodeTimer;
  /** What was called: `setTimeout of 100 ms`. */
  readonly call: string;
  /** Its stack is where from; made into text when somebody asks. */
  readonly place: Error;
}

/** As many as this may be over before those are forgotten. */
const SWEEP_AT_LEAST = 1_000;
const FRAMES_SHOWN = 5;

/**
 * The timers that were set since it was made, by the global functions or those of `node:timers`, which it stands in
 * for until it is ended. The timers are Node's own, and the callbacks are not touched.
 */
export class TimerTracker {
  #tracked: TrackedTimer[] = [];
  #sweepAt = SWEEP_AT_LEAST;
  #hasEnded = false;
  readonly #restorers: (() => void)[] = [];

  /** Throws where a function that sets timers is not Node's own. */
  constructor() {
    // Not only the global ones: who has imported them from the module, by name too, is to be seen as well.
    const holders = [globalThis, timers] as Record<Setter, AnyFunction>[];
    // Before anything is replaced.
    for (const name of SETTERS) for (const holder of holders) assertTells(holder[name], name);
    const standIns = new Map<AnyFunction, AnyFunction>();
    for (const name of SETTERS) {
      for (const holder of holders) {
        const original = holder[name];
        const standIn = standIns.get(original) ?? this.#standInFor(original, name);
        standIns.set(original, standIn);
        this.#replace(holder, name, standIn);
      }
    }
    syncBuiltinESMExports();
  }

  /** What is set and has neither fired nor been cleared: `setTimeout of 100 ms, by a (file:1:2) < b (file:3:4)`. */
  pending(): string[] {
    this.#sweep();
    return this.#tracked.map(({ call, place }) => `${call}, by ${describe(place)}`);
  }

  /** Puts the functions back, where nobody else has replaced them since; where somebody has, only looks away. */
  end(): void {
    this.#hasEnded = true;
    this.#tracked = [];
    for (const restore of this.#restorers.splice(0)) restore();
    syncBuiltinESMExports();
  }

  #standInFor(original: AnyFunction, name: Setter): AnyFunction {
    const track = (timer: unknown, delayMs: unknown): void =>
      this.#add(timer as NodeTimer, name, delayMs, standIn);
    const standIn = function (this: unknown, ...args: unknown[]): unknown {
      const timer = Reflect.apply(original, this, args);
      track(timer, args[1]);
      return timer;
    };
    // Its name, and what `promisify` looks for.
    return Object.defineProperties(standIn, Object.getOwnPropertyDescriptors(original));
  }

  #replace(holder: Record<Setter, AnyFunction>, name: Setter, standIn: AnyFunction): void {
    const descriptor = Object.getOwnPropertyDescriptor(holder, name)!;
    Object.defineProperty(holder, name, { ...descriptor, value: standIn });
    this.#restorers.push(() => {
      if (holder[name] === standIn) Object.defineProperty(holder, name, descriptor);
    });
  }

  #add(timer: NodeTimer, name: Setter, delayMs: unknown, standIn: AnyFunction): void {
    if (this.#hasEnded) return;
    if (this.#tracked.length >= this.#sweepAt) this.#sweep();
    const place = new Error();
    Error.captureStackTrace(place, standIn);
    const call = name === 'setImmediate' ? name : `${name} of ${Number(delayMs ?? 1)} ms`;
    this.#tracked.push({ timer, call, place });
  }

  #sweep(): void {
    // One that has fired may be set again by its `refresh`; it is then not seen.
    this.#tracked = this.#tracked.filter(({ timer }) => !timer._destroyed);
    this.#sweepAt = Math.max(SWEEP_AT_LEAST, 2 * this.#tracked.length);
  }
}

/** A timer that does not say that it is over, for instance one of a library of fake timers, would be a leak for ever. */
function assertTells(setter: AnyFunction, name: Setter): void {
  const timer = setter(() => {}, 0) as NodeTimer;
  // One that is not Node's own must not be cleared by Node: it would count one immediate too few from then on.
  if (timer._destroyed !== false) {
    throw new Error(`${name} is not Node's own, so its timers cannot be watched`);
  }
  if (name === 'setImmediate') clearImmediate(timer as unknown as NodeJS.Immediate);
  else clearTimeout(timer as unknown as NodeJS.Timeout);
}

/** The innermost frames of the stack, without those of Node itself. */
function describe({ stack = '' }: Error): string {
  const frames = stack
    .split('\n')
    .filter((line) => line.startsWith('    at ') && !line.includes('node:internal'))
    .map((line) => line.slice('    at '.length));
  return frames.slice(0, FRAMES_SHOWN).join(' < ');
}
