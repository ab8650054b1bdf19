import { rejection, withoutStack } from '../caller-stack.ts';
import { Judge } from '../judge.ts';
import {
  Deadlines,
  HawserError,
  UNSTAMPED,
  type Clock,
  type DeadlineLane,
  type SlotPhase,
} from '../machine/index.ts';
import { Signals } from '../signals.ts';
import { abortedCall, asError, lateCall, refused } from './behaviour-failures.ts';

/** The answer's type, which only the compiler sees. */
declare const ANSWER: unique symbol;

/** Who waits for the answer of a call: to be answered with `Connection.reply` or `Connection.refuse`, once, at any time. */
export interface From<R> {
  readonly [ANSWER]?: R;
}

/** Whoever keeps calls that wait is told when one leaves early. */
export interface CallsOwner {
  /** The caller has left before the call was begun; it is in phase `gone`. */
  leftWaiting(): void;
  /** A call was settled, and `isServed` says whether by an answer to what it asked. */
  settled(isServed: boolean): void;
}

/** One call of one caller, and where it stands: `waiting` in the mailbox, `in-flight` once it was begun, `gone` when settled. */
export class Call {
  /** What fails is named by it. */
  readonly method: 'call' | 'upgrade';
  /** What is asked. Forgotten when the call is settled. */
  request: unknown;
  readonly timeoutMs: number;
  readonly lane: DeadlineLane<Call> | undefined;
  readonly settle: (result: unknown) => void;
  readonly calls: Calls;
  phase: SlotPhase = 'waiting';
  deadline: number = UNSTAMPED;
  unwatch: (() => void) | undefined = undefined;

  constructor(
    method: 'call' | 'upgrade',
    request: unknown,
    timeoutMs: number,
    lane: DeadlineLane<Call> | undefined,
    settle: (result: unknown) => void,
    calls: Calls,
  ) {
    this.method = method;
    this.request = request;
    this.timeoutMs = timeoutMs;
    this.lane = lane;
    this.settle = settle;
    this.calls = calls;
  }
}

/** The calls of one connection, each settled exactly once: by its answer, its deadline, its signal or the end. */
export class Calls {
  readonly #clock: Clock;
  readonly #owner: CallsOwner;
  readonly #unsettled = new Set<Call>();
  readonly #deadlines = new Deadlines<Call>();
  readonly #expiry: Judge;
  readonly #signals: Signals<Call>;

  constructor(clock: Clock, owner: CallsOwner) {
    this.#clock = clock;
    this.#owner = owner;
    this.#expiry = new Judge(clock, () => this.#expire());
    this.#signals = new Signals<Call>((call, signal) =>
      this.fail(
        call,
        withoutStack(() => abortedCall(call, signal)),
      ),
    );
  }

  /** Calls that have no answer yet, waiting or begun. */
  get unsettled(): number {
    return this.#unsettled.size;
  }

  /** Makes a call, whose time begins now. */
  add(
    method: 'call' | 'upgrade',
    request: unknown,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): { readonly call: Call; readonly answer: Promise<unknown> } {
    let call: Call;
    const answer = new Promise<unknown>((settle) => {
      const lane = timeoutMs === Infinity ? undefined : this.#deadlines.lane(timeoutMs);
      call = new Call(method, request, timeoutMs, lane, settle, this);
    });
    call = call!;
    if (signal !== undefined) call.unwatch = this.#signals.watch(signal, call);
    this.#unsettled.add(call);
    if (call.lane !== undefined) {
      call.lane.push(call);
      call.lane.stamp(this.#clock.now());
      if (call.deadline < this.#expiry.at) this.#expiry.set(call.deadline);
    }
    return { call, answer };
  }

  /** Its turn has come: from here on its outcome is `unknown`. */
  begin(call: Call): void {
    call.phase = 'in-flight';
  }

  /**
   * Answers a call, and with a promise when that is settled: it does not put off the deadline. Returns whether anybody
   * waits for it: a call that is settled is let be.
   */
  answer(call: Call, value: unknown): boolean {
    const isAwaited = call.phase !== 'gone';
    if (isThenable(value)) {
      const refuse = (thrown: unknown): boolean => this.refuse(call, thrown);
      // Also for nobody, for its rejection would else be one that nobody handles.
      void Promise.resolve(value).then((settled) => this.answer(call, settled), refuse);
    } else if (isAwaited) {
      this.#settle(call, value, call.method === 'call');
    }
    return isAwaited;
  }

  /** Fails a call as its behaviour wants it: with a HawserError as it is. Returns as `answer` does. */
  refuse(call: Call, thrown: unknown): boolean {
    if (call.phase === 'gone') return false;
    // One whose connection is gone was not served: it must not make the next attempts follow in haste.
    if (thrown instanceof HawserError)
      this.#settle(call, Promise.reject(thrown), thrown.outcome === 'refused');
    else
      this.#settle(
        call,
        rejection(refused(call.method, asError('what the call is refused with', thrown))),
        true,
      );
    return true;
  }

  /** Fails a call. One that is settled is let be. */
  fail(call: Call, error: HawserError): void {
    if (call.phase !== 'gone') this.#settle(call, rejection(error), false);
  }

  /** Fails all calls. */
  end(error: (call: Call) => HawserError): void {
    withoutStack(() => {
      for (const call of this.#unsettled) this.fail(call, error(call));
    });
    this.#expiry.clear();
  }

  #expire(): void {
    const now = this.#clock.now();
    withoutStack(() => this.#deadlines.expire(now, (call) => this.fail(call, lateCall(call))));
    this.#expiry.set(this.#deadlines.earliest());
  }

  #settle(call: Call, result: unknown, isServed: boolean): void {
    const before = call.phase;
    call.phase = 'gone';
    call.request = undefined;
    call.unwatch?.();
    this.#unsettled.delete(call);
    call.lane?.settled();
    call.settle(result);
    if (before === 'waiting') this.#owner.leftWaiting();
    this.#owner.settled(isServed);
  }
}

/** Answers whoever is behind `from`, and returns whether anybody is. Throws INVALID_ARGUMENT when it is none. */
export function answerCaller(from: From<unknown>, value: unknown): boolean {
  const call = callOf(from, 'reply');
  return call.calls.answer(call, value);
}

/** Fails whoever is behind `from`, and returns whether anybody is. Throws INVALID_ARGUMENT when it is none. */
export function refuseCaller(from: From<unknown>, error: unknown): boolean {
  const call = callOf(from, 'refuse');
  return call.calls.refuse(call, error);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  try {
    return typeof (Object(value) as { readonly then?: unknown }).then === 'function';
  } catch {
    return false; // A promise that is resolved with it rejects with what this threw.
  }
}

function callOf(from: From<unknown>, command: string): Call {
  if (from instanceof Call) return from;
  throw new HawserError('INVALID_ARGUMENT', `${command}: from: expected what handleCall was given`, {
    outcome: 'not-sent',
    command,
  });
}
