import { getEventListeners } from 'node:events';
import { HawserError } from 'hawser';
import type { CallOptions, RedisCommand, RedisReply } from 'hawser/redis';
import type { RedisClusterClient } from 'hawser/redis/cluster';
import type { OpenCall, SeededRandom, SimulatedWorld } from 'hawser/testing';
import { latenessMs } from '../lateness.ts';

const COUNTERS = 12;
const LEDGERS = 8;

/** A command of a call, and the record of it. */
interface Recorded {
  readonly command: RedisCommand;
  readonly call: OpenCall<RedisReply>;
}

/** Random calls to a cluster, on record. */
export class ClusterCalls {
  /** Every key that they are about. */
  readonly keys: readonly string[] = [
    ...Array.from({ length: COUNTERS }, (_, index) => counterKey(index)),
    ...Array.from({ length: LEDGERS }, (_, index) => ledgerKey(index)),
  ];
  /** Calls that have not settled. */
  readonly #open = new Set<object>();
  readonly #world: SimulatedWorld;
  readonly #random: SeededRandom;
  readonly #client: RedisClusterClient;
  readonly #timeoutMs: number;
  readonly #controllers: AbortController[] = [];
  /** Keys that calls were about. */
  readonly #used = new Set<string>();
  #lastEntry = 0;

  constructor(world: SimulatedWorld, client: RedisClusterClient, timeoutMs: number) {
    this.#world = world;
    this.#random = world.random.fork();
    this.#client = client;
    this.#timeoutMs = timeoutMs;
  }

  /** Listeners that were left on signals. */
  get listeners(): number {
    return this.#controllers.flatMap(({ signal }) => getEventListeners(signal, 'abort')).length;
  }

  /** Which of those that are open now have not settled in a turn from now. */
  async outliving(): Promise<string[]> {
    const open = [...this.#open];
    await this.#world.pause(0);
    return open.some((call) => this.#open.has(call)) ? ['P1: a call outlives the close'] : [];
  }

  abort(): void {
    this.#random.pick([...this.#controllers, undefined])?.abort(new Error('a caller leaves'));
  }

  /** One call of any kind. */
  make(): void {
    const random = this.#random;
    const timeoutMs = random.chance(0.3) ? random.pick([0, 5, 50, 3_000]) : undefined;
    const signal = random.chance(0.2) ? this.#signal() : undefined;
    const options: CallOptions = { signal, retry: random.pick(['never', 'reads']), timeoutMs };
    const kind = random.integer(0, 9);
    if (kind < 6) return this.#one(options);
    if (kind < 8) return this.#pipeline(options);
    return this.#transaction(options);
  }

  /** What is wrong with what the cluster has in the end, by key: a sentence for each. */
  broken(valueOf: (key: string) => string | undefined, listOf: (key: string) => string[]): string[] {
    const { history } = this.#world;
    return [...this.#used].flatMap((key) => {
      if (key.startsWith('counter')) return history.checkCounter(key, Number(valueOf(key) ?? 0));
      return [...history.checkLedger(key, listOf(key))];
    });
  }

  #one(options: CallOptions): void {
    const recorded = this.#command();
    this.#settle(options, this.#client.command(recorded.command, options), ([reply]) =>
      tell(recorded, reply!),
    );
  }

  #pipeline(options: CallOptions): void {
    const commands = Array.from({ length: this.#random.integer(1, 8) }, () => this.#command());
    const replies = this.#client.pipeline(
      commands.map(({ command }) => command),
      options,
    );
    this.#settle(options, replies, (all) => {
      for (const [index, each] of commands.entries())
        tell(each, all.length === 1 && all[0] instanceof Error ? all[0] : all[index]!);
    });
  }

  /** Of one slot, with an answer that can be told from any other. */
  #transaction(options: CallOptions): void {
    const key = this.#use(counterKey(this.#random.integer(0, COUNTERS - 1)));
    const mark = `mark ${(this.#lastEntry += 1)}`;
    const call = this.#world.history.begin<RedisReply>({
      caller: 'any',
      what: 'transaction',
      increments: { counter: key },
      isOwn: (reply) => Array.isArray(reply) && reply[1] === mark,
    });
    const commands: RedisCommand[] = [
      ['INCR', key],
      ['ECHO', mark],
    ];
    this.#settle(options, this.#client.transaction(commands, options), ([reply, ...more]) => {
      if (reply instanceof Error) call.failed(reply);
      else call.ok([reply!, ...more]);
    });
  }

  #command(): Recorded {
    const random = this.#random;
    const begin = (
      what: string,
      command: RedisCommand,
      more: Partial<Parameters<SimulatedWorld['history']['begin']>[0]>,
    ): Recorded => ({
      command,
      call: this.#world.history.begin<RedisReply>({ caller: 'any', what, ...more }),
    });
    const dice = random.integer(0, 9);
    const counter = counterKey(random.integer(0, COUNTERS - 1));
    if (dice < 4) this.#use(counter);
    if (dice < 4) return begin('INCR', ['INCR', counter], { increments: { counter } });
    if (dice < 6) {
      const ledger = this.#use(ledgerKey(random.integer(0, LEDGERS - 1)));
      const entry = String((this.#lastEntry += 1));
      return begin('RPUSH', ['RPUSH', ledger, entry], { stores: { ledger, entry } });
    }
    if (dice < 8) return begin('GET', ['GET', counter], {});
    const mark = `mark ${(this.#lastEntry += 1)}`;
    return begin('ECHO', ['ECHO', mark], { isOwn: (reply) => reply === mark });
  }

  /** Whatever becomes of a call, it settles once, and in time. */
  #settle<T extends RedisReply | (RedisReply | HawserError)[]>(
    { timeoutMs = this.#timeoutMs }: CallOptions,
    promise: Promise<T>,
    tellAll: (replies: readonly (RedisReply | HawserError)[]) => void,
  ): void {
    const { clock, check } = this.#world;
    const began = clock.now();
    this.#open.add(promise);
    const settled = (replies: readonly (RedisReply | HawserError)[]): void => {
      this.#open.delete(promise);
      const late = latenessMs(clock, began, timeoutMs);
      if (late > 0) check([`P1: a call ended ${late} ms after its deadline`]);
      for (const reply of replies) {
        if (reply instanceof Error && !(reply instanceof HawserError))
          check([`no error of Hawser's: ${String(reply)}`]);
      }
      tellAll(replies);
    };
    promise.then(
      (value) => settled(Array.isArray(value) ? (value as RedisReply[]) : [value]),
      (error: unknown) => settled([error as HawserError]),
    );
  }

  #use(key: string): string {
    this.#used.add(key);
    return key;
  }

  #signal(): AbortSignal {
    const controller = new AbortController();
    this.#controllers.push(controller);
    return controller.signal;
  }
}

function tell({ call }: Recorded, answer: RedisReply | HawserError): void {
  if (answer instanceof Error) call.failed(answer);
  else call.ok(answer);
}

function counterKey(index: number): string {
  return `counter:${index}`;
}

function ledgerKey(index: number): string {
  return `ledger:${index}`;
}
