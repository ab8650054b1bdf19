import { HawserError, type Outcome } from 'hawser';
import { History, SeededRandom, type OpenCall } from 'hawser/testing';
import { describe, expect, test } from 'vitest';

const SEEDS = 200;
const CALLERS = 5;
const CALLS = 60;
const TIMEOUT_MS = 100;
const GRACE_MS = 10;

/** What a client can do wrong or tell wrongly, once in a run, and the sentence that finds it. */
const LIES = {
  'confirms what was lost': /^ledger .* was confirmed, and is not stored/,
  'calls not-sent what has run': /^ledger .* was said to be not-sent/,
  'calls refused what has run': /^ledger .* was said to be refused/,
  'sends again what has run': /^ledger .* is stored 2 times/,
  'invents an entry': /^ledger .* nobody asked for it/,
  'lets a later call of the same caller overtake': /^ledger .* stands behind it/,
  'gives the answer of another': /^not its own answer/,
  'tells two callers the same number': /^counter .* another call owns/,
  'settles late': / settled \d+ ms after its deadline/,
  'never settles': / has not settled \d+ ms after its deadline/,
  'settles twice': / settled more than once/,
} as const;
type Lie = keyof typeof LIES;

/** One call on its way. */
interface Flight {
  readonly caller: number;
  readonly entry: string;
  readonly call: OpenCall<{ entry: string }>;
  readonly counted: OpenCall;
}

/** A server with a counter and a list, and a client in front of it that tells the truth but for one lie. */
class World {
  readonly #random: SeededRandom;
  readonly #history = new History({ clock: { now: () => this.#nowMs } });
  readonly #lie: Lie | undefined;
  readonly #lieAt: number;
  readonly #stored: string[] = [];
  #nowMs = 0;
  #counter = 0;
  #flights: Flight[] = [];
  #arrived = 0;
  /** Calls that were given up and are still on their way. */
  readonly #stragglers: string[] = [];

  constructor(seed: number, lie?: Lie) {
    this.#random = new SeededRandom(seed);
    this.#lie = lie;
    this.#lieAt = this.#random.integer(1, CALLS);
  }

  /** What the checks say in the end. */
  run(): string[] {
    for (let made = 0; made < CALLS; made += 1) {
      this.#begin(this.#random.integer(1, CALLERS));
      while (this.#flights.length > 0 && this.#random.chance(0.5)) this.#arrive();
    }
    while (this.#flights.length > 0) this.#arrive();
    this.#nowMs += TIMEOUT_MS + 1_000;
    return [
      ...this.#history.checkCounter('counter', this.#counter),
      ...this.#history.checkLedger('list', this.#stored),
      ...this.#history.checkOrder('list', this.#stored),
      ...this.#history.checkOwnAnswers(),
      ...this.#history.checkSettled({ graceMs: GRACE_MS }),
    ];
  }

  #begin(caller: number): Flight {
    const entry = `${caller}-${this.#history.summary().calls}`;
    const isOwn = (reply: { entry: string }): boolean => reply.entry === entry;
    const shared = { caller, timeoutMs: TIMEOUT_MS };
    const flight: Flight = {
      caller,
      entry,
      call: this.#history.begin({ ...shared, what: 'APPEND', stores: { ledger: 'list', entry }, isOwn }),
      counted: this.#history.begin({ ...shared, what: 'COUNT', increments: { counter: 'counter' } }),
    };
    this.#flights.push(flight);
    return flight;
  }

  /** The oldest call of a random caller arrives, or gets lost on the way. */
  #arrive(): void {
    const { caller } = this.#random.pick(this.#flights);
    const flight = this.#flights.find((other) => other.caller === caller)!;
    this.#remove(flight);
    this.#arrived += 1;
    if (this.#random.chance(0.2)) this.#carryOutStraggler();
    if (this.#arrived === this.#lieAt) this.#settleByLie(flight);
    else this.#settle(flight);
  }

  #remove(flight: Flight): void {
    this.#flights = this.#flights.filter((other) => other !== flight);
  }

  #settle(flight: Flight): void {
    this.#nowMs += this.#random.integer(0, 1);
    const fate = this.#random.pick([
      'answered',
      'answered',
      'not-sent',
      'refused',
      'lost',
      'unanswered',
      'late',
    ]);
    if (fate === 'answered') {
      this.#carryOut(flight.entry);
      confirm(flight, this.#counter);
    } else if (fate === 'not-sent' || fate === 'refused') {
      fail(flight, fate);
    } else {
      if (fate === 'unanswered') this.#carryOut(flight.entry);
      if (fate === 'late') this.#stragglers.push(flight.entry);
      fail(flight, 'unknown');
    }
  }

  #settleByLie(flight: Flight): void {
    switch (this.#lie) {
      case 'confirms what was lost':
        return confirm(flight, this.#counter + 1);
      case 'calls not-sent what has run':
        this.#carryOut(flight.entry);
        return fail(flight, 'not-sent');
      case 'calls refused what has run':
        this.#carryOut(flight.entry);
        return fail(flight, 'refused');
      case 'sends again what has run':
        this.#carryOut(flight.entry);
        this.#carryOut(flight.entry);
        return fail(flight, 'unknown');
      case 'invents an entry':
        this.#carryOut('nobody');
        return this.#settle(flight);
      case 'lets a later call of the same caller overtake':
        return this.#overtake(flight);
      case undefined:
        return this.#settle(flight);
      default:
        this.#carryOut(flight.entry);
        return this.#answerByLie(flight);
    }
  }

  #overtake(flight: Flight): void {
    const later = this.#flights.find(({ caller }) => caller === flight.caller) ?? this.#begin(flight.caller);
    this.#remove(later);
    for (const each of [later, flight]) {
      this.#carryOut(each.entry);
      confirm(each, this.#counter);
    }
  }

  #answerByLie(flight: Flight): void {
    const { call, counted, entry } = flight;
    switch (this.#lie) {
      case 'gives the answer of another':
        call.ok({ entry: 'of-another' });
        return counted.ok(this.#counter);
      case 'tells two callers the same number':
        confirm(flight, this.#counter);
        return this.#history
          .begin({ caller: 0, what: 'COUNT', increments: { counter: 'counter' } })
          .ok(this.#counter++);
      case 'settles late':
        this.#nowMs += TIMEOUT_MS + GRACE_MS + 1;
        return confirm(flight, this.#counter);
      case 'never settles':
        return call.ok({ entry });
      default:
        confirm(flight, this.#counter);
        return fail(flight, 'unknown');
    }
  }

  #carryOutStraggler(): void {
    const entry = this.#stragglers.pop();
    if (entry !== undefined) this.#carryOut(entry);
  }

  #carryOut(entry: string): void {
    this.#counter += 1;
    this.#stored.push(entry);
  }
}

function confirm({ call, counted, entry }: Flight, counter: number): void {
  call.ok({ entry });
  counted.ok(counter);
}

function fail({ call, counted }: Flight, outcome: Outcome): void {
  const error = new HawserError('DEADLINE', 'It failed.', { outcome });
  call.failed(error);
  counted.failed(error);
}

describe(`${SEEDS} random histories`, () => {
  const seeds = Array.from({ length: SEEDS }, (_, seed) => seed);

  test('a client that tells the truth is never found to lie', () => {
    for (const seed of seeds) expect(new World(seed).run(), `seed ${seed}`).toEqual([]);
  });

  test.each(Object.entries(LIES))('a client that once %s is always found', (lie, sentence) => {
    const unnoticed = seeds.filter(
      (seed) => !new World(seed, lie as Lie).run().some((said) => sentence.test(said)),
    );
    expect(unnoticed).toEqual([]);
  });
});
