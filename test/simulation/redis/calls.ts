import { getEventListeners } from 'node:events';
import type { Redis, RedisCommand } from 'hawser/redis';
import type { SeededRandom, SimulatedWorld } from 'hawser/testing';
import { latenessMs } from '../lateness.ts';
import { nameOf, type RecordedCall, type RecordedCommand } from './broken-promises.ts';

/** What a client of either way offers. */
export type Caller = Pick<Redis, 'command' | 'pipeline'> & {
  transaction(...parameters: Parameters<Redis['transaction']>): Promise<unknown>;
};

/** How calls are made. */
export interface CallsOptions {
  /** The client's own limit. */
  readonly timeoutMs: number;
  readonly largestBytes: number;
  /** Gives a key a value, behind the clients' backs. */
  readonly store: (key: string, value: string) => void;
  /** Something may be done when a call has settled. */
  readonly settled: (call: RecordedCall) => void;
}

/** Random calls, and a record of them. */
export class Calls {
  readonly made: RecordedCall[] = [];
  readonly #world: SimulatedWorld;
  readonly #random: SeededRandom;
  readonly #options: CallsOptions;
  readonly #controllers: AbortController[] = [];
  #lastId = 0;

  constructor(world: SimulatedWorld, options: CallsOptions) {
    this.#world = world;
    this.#random = world.random.fork();
    this.#options = options;
  }

  /** The client's own limit. */
  get timeoutMs(): number {
    return this.#options.timeoutMs;
  }

  get unsettled(): readonly RecordedCall[] {
    return this.made.filter(({ settled }) => settled === 0);
  }

  /**
   * Those made so far, but for that of another client, that have not settled when all that is due now is done, a sentence each:
   * none, when a close is over.
   */
  async outliving(foreign?: RecordedCall): Promise<string[]> {
    const unsettled = this.unsettled.filter((call) => call !== foreign);
    await this.#world.pause(0);
    return unsettled
      .filter(({ settled }) => settled === 0)
      .map((call) => `P1: ${nameOf(call)} outlives the close`);
  }

  /** Listeners that were left on signals. */
  get listeners(): number {
    return this.#controllers.flatMap(({ signal }) => getEventListeners(signal, 'abort')).length;
  }

  /** One call of any kind. Resolves when it has settled. `isLeased`: nothing is asked twice. */
  make(client: Caller, isLeased: boolean = false): Promise<void> {
    const random = this.#random;
    const retry = random.pick(['never', 'reads', 'reads', 'always'] as const);
    const timeoutMs = random.chance(0.3) ? random.pick([0, 5, 50, 3_000]) : undefined;
    const signal = random.chance(0.3) ? this.signal() : undefined;
    const buffers = random.chance(0.2);
    const options = { retry, signal, buffers, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    const kind = random.integer(0, 9);
    const made = Array.from({ length: kind < 6 ? 1 : random.integer(1, 6) }, () => this.#command());
    const commands = made.map(([command]) => command);
    const recorded = made.map(([, each]) => each);
    const reads = recorded.every((each) => each.kind === 'read');
    const mayRepeat = !isLeased && (retry === 'always' || (retry === 'reads' && reads));
    const about = { commands: recorded, sendingsMax: mayRepeat ? 2 : 1, timeoutMs };
    const [command] = commands as [RedisCommand];
    if (kind < 6) return this.record({ ...about, what: 'command' }, () => client.command(command, options));
    if (kind < 8)
      return this.record({ ...about, what: 'pipeline' }, () => client.pipeline(commands, options));
    return this.record({ ...about, what: 'transaction' }, () => client.transaction(commands, options));
  }

  /** Asks for an own answer, with time enough for it. */
  probe(client: Caller): Promise<void> {
    const id = this.id();
    const recorded: RecordedCommand = { id, kind: 'read', isOwnAnswer: (reply) => reply === id };
    const timeoutMs = 5_000;
    return this.record({ what: 'command', commands: [recorded], sendingsMax: 2, timeoutMs }, () =>
      client.command(['ECHO', id], { timeoutMs }),
    );
  }

  /** An argument that no other command has. */
  id(): string {
    this.#lastId += 1;
    return `<${this.#lastId}>`;
  }

  /** A signal of its own, or one that others have too. */
  signal(): AbortSignal {
    const shared = this.#random.chance(0.5) ? this.#controllers.at(-1) : undefined;
    const controller = shared ?? new AbortController();
    if (shared === undefined) this.#controllers.push(controller);
    return controller.signal;
  }

  /** Fires one of the last signals, or one that nobody listens to. */
  abort(): void {
    this.#random.pick([...this.#controllers.slice(-2), new AbortController()]).abort(new Error('enough'));
  }

  #command(): [RedisCommand, RecordedCommand] {
    const random = this.#random;
    const id = this.id();
    const { largestBytes } = this.#options;
    const sizes = [100, Math.min(5_000, largestBytes), largestBytes];
    const padding = random.chance(0.1) ? 'x'.repeat(random.pick(sizes)) : '';
    switch (random.integer(0, 4)) {
      case 0:
        return [['ECHO', id], { id, kind: 'read', isOwnAnswer: (reply) => textOf(reply) === id }];
      case 1: {
        const value = random.chance(0.5) ? `${id}${padding}` : null;
        if (value !== null) this.#options.store(id, value);
        return [['GET', id], { id, kind: 'read', isOwnAnswer: (reply) => textOf(reply) === value }];
      }
      case 2:
        return [
          ['SET', id, `v${padding}`],
          { id, kind: 'write', isOwnAnswer: (reply) => textOf(reply) === 'OK' },
        ];
      case 3:
        // Its own list: any other length than how often it ran is another's answer.
        return [
          ['RPUSH', id, padding],
          { id, kind: 'write', isOwnAnswer: (reply) => reply === 1 || reply === 2 },
        ];
      default:
        return [['INCR', id], { id, kind: 'write', isOwnAnswer: (reply) => reply === 1 || reply === 2 }];
    }
  }

  /** Makes a call and records it. Resolves when it has settled. */
  record(
    about: Pick<RecordedCall, 'what' | 'commands' | 'sendingsMax'> & {
      readonly timeoutMs: number | undefined;
    },
    make: () => Promise<unknown>,
  ): Promise<void> {
    const { clock, history } = this.#world;
    const call: RecordedCall = {
      ...about,
      madeAtMs: clock.now(),
      timeoutMs: about.timeoutMs ?? this.#options.timeoutMs,
      settled: 0,
      lateMs: 0,
      result: undefined,
    };
    this.made.push(call);
    const recorded = history.begin({ caller: 'client', what: nameOf(call), timeoutMs: call.timeoutMs });
    const settle = (result: RecordedCall['result']): void => {
      call.settled += 1;
      call.lateMs = latenessMs(clock, call.madeAtMs, call.timeoutMs);
      call.result = result;
      this.#options.settled(call);
    };
    return make().then(
      (value) => {
        recorded.ok(value);
        settle({ value });
      },
      (error: unknown) => {
        recorded.failed(error);
        settle({ error });
      },
    );
  }
}

/** A reply, whether it was asked for as text or as a Buffer. */
function textOf(reply: unknown): unknown {
  return Buffer.isBuffer(reply) ? reply.toString() : reply;
}
