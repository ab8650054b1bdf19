import {
  Connection,
  HawserError,
  type CallDirective,
  type ConnectDirective,
  type DisconnectDirective,
  type From,
  type InitDirective,
  type MessageDirective,
} from 'hawser';
import type { SeededRandom, VirtualClock } from 'hawser/testing';
import { Wire } from '../wire.ts';

/** What a behaviour that does anything takes its decisions from, and where it writes down what it did. */
export class Diary {
  readonly clock: VirtualClock;
  readonly #random: SeededRandom;
  /** Calls and casts, as they were handled. */
  readonly handled: number[] = [];
  readonly wires: Wire[] = [];
  readonly callers: From<number>[] = [];
  readonly faults: string[] = [];
  terminations = 0;
  hanging = 0;
  #running: string | undefined;

  constructor(clock: VirtualClock, random: SeededRandom) {
    this.clock = clock;
    this.#random = random;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  one<T>(...choices: readonly T[]): T {
    return this.#random.pick(choices);
  }

  chance(share: number): boolean {
    return this.#random.chance(share);
  }

  /** A callback, which takes its time or hangs. */
  async runs<T>(name: string, decide: () => T): Promise<T> {
    if (this.#running !== undefined && this.hanging === 0)
      this.faults.push(`${name} during ${this.#running}`);
    if (this.terminations > 0) this.faults.push(`${name} after terminate`);
    this.#running = name;
    if (this.chance(0.005)) await this.hang();
    if (this.chance(0.3)) await this.takes(this.one(1, 5, 30));
    this.#running = undefined;
    return decide();
  }

  hang(): Promise<never> {
    this.hanging += 1;
    return new Promise<never>(() => {});
  }

  takes(ms: number): Promise<void> {
    return new Promise((resolve) => void this.clock.setTimer(resolve, ms));
  }
}

interface Timed {
  readonly idleTimeoutMs?: number;
  readonly stateTimeout?: { readonly afterMs: number; readonly message: string };
}

/** Directives, chosen by chance. */
class Choices {
  readonly #diary: Diary;

  constructor(diary: Diary) {
    this.#diary = diary;
  }

  get timed(): Timed {
    const diary = this.#diary;
    return {
      ...(diary.chance(0.3) && { idleTimeoutMs: diary.one(0, 1, 10, 50) }),
      ...(diary.chance(0.3) && { stateTimeout: { afterMs: diary.one(0, 5, 40), message: 'due' } }),
    };
  }

  down(state: number): Extract<InitDirective<number>, { do: 'backoff' }> {
    const afterMs = this.#diary.one(0, 5, 50, Infinity, undefined);
    return { do: 'backoff', afterMs, state, ...this.timed };
  }

  next(state: number): MessageDirective<number> {
    const diary = this.#diary;
    if (diary.chance(0.02)) {
      return { do: 'stop', reason: diary.one<'normal' | Error>('normal', new Error('stop')), state };
    }
    return diary.chance(0.7)
      ? { do: 'no-reply', state, ...this.timed }
      : { do: diary.one('connect', 'disconnect'), info: 'chance', state };
  }
}

/** Does whatever a behaviour may do, with no reason but chance. */
abstract class AnyBehaviour extends Connection<number, number, number, number, string> {
  abstract readonly diary: Diary;
  abstract readonly choices: Choices;

  override init(state: number): Promise<InitDirective<number>> {
    return this.diary.runs('init', () =>
      this.diary.one<InitDirective<number>>(
        { do: 'connect', info: 'init', state },
        { do: 'ok', state },
        this.choices.down(state),
      ),
    );
  }

  override connect(_: unknown, state: number): Promise<ConnectDirective<number>> {
    return this.diary.runs('connect', () => {
      const wire = new Wire();
      this.diary.wires.push(wire);
      this.own(wire, { active: this.diary.chance(0.5) });
      return this.diary.chance(0.6)
        ? { do: 'ok', state: state + 1, ...this.choices.timed }
        : this.choices.down(state);
    });
  }

  override disconnect(_: unknown, state: number): Promise<DisconnectDirective<number>> {
    return this.diary.runs('disconnect', () => {
      const lost = new HawserError('CONNECTION_LOST', 'lost', { outcome: 'unknown' });
      if (this.diary.chance(0.5)) {
        for (const from of this.diary.callers.splice(0)) Connection.refuse(from, lost);
      }
      return this.diary.one<DisconnectDirective<number>>(
        this.choices.down(state),
        { do: 'no-connect', state },
        { do: 'connect', info: 'again', state },
      );
    });
  }

  override handleCall(
    request: number,
    from: From<number>,
    state: number,
  ): Promise<CallDirective<number, number>> {
    this.diary.handled.push(request);
    return this.diary.runs('handleCall', () => {
      if (this.diary.chance(0.01)) throw new Error('thrown');
      const directive = this.choices.next(state);
      if (this.diary.chance(0.6)) {
        return directive.do === 'no-reply'
          ? { ...directive, do: 'reply', value: request }
          : { ...directive, reply: request };
      }
      this.diary.callers.push(from);
      return directive;
    });
  }

  override handleCast(message: number, state: number): Promise<MessageDirective<number>> {
    this.diary.handled.push(message);
    return this.diary.runs('handleCast', () => {
      const from = this.diary.callers.shift();
      if (from !== undefined) Connection.reply(from, 0);
      return this.choices.next(state);
    });
  }

  override handleInfo(_: unknown, state: number): Promise<MessageDirective<number>> {
    return this.diary.runs('handleInfo', () => this.choices.next(state));
  }

  override async terminate(): Promise<void> {
    this.diary.terminations += 1;
    if (this.diary.chance(0.1)) await this.diary.hang();
    if (this.diary.chance(0.3)) await this.diary.takes(20);
  }
}

/** The class of those who write into this diary. */
export function anyBehaviour(given: Diary): typeof AnyBehaviour & (new () => AnyBehaviour) {
  return class extends AnyBehaviour {
    override readonly diary = given;
    override readonly choices = new Choices(given);
  };
}
