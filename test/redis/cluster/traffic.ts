import { setTimeout as wait } from 'node:timers/promises';
import type { RedisClusterClient } from 'hawser/redis/cluster';
import { History } from 'hawser/testing';

const CALLERS = 40;
const TIMEOUT_MS = 5_000;
/** Before a caller who was told of a failure asks again. */
const PAUSE_MS = 5;

/** Callers of a cluster who count, store and read, each on keys of its own, until they are told to end. */
export class Traffic {
  readonly history: History = new History();
  readonly #client: RedisClusterClient;
  readonly #callers: Promise<void>[];
  readonly #ending = new AbortController();

  constructor(client: RedisClusterClient) {
    this.#client = client;
    this.#callers = Array.from({ length: CALLERS }, (_, caller) => this.#call(caller));
  }

  /** A key of one of the callers, each of another slot. */
  static keyOf(caller: number): string {
    return `counter:${caller}`;
  }

  /** Lets each caller finish, and returns what is wrong: sentences, none when all is well. */
  async end(): Promise<string[]> {
    this.#ending.abort();
    await Promise.all(this.#callers);
    const { history } = this;
    const broken = [...history.checkOwnAnswers(), ...history.checkSettled({ graceMs: 1_000 })];
    for (let caller = 0; caller < CALLERS; caller += 1) {
      const counted = Number((await this.#client.get(Traffic.keyOf(caller))) ?? 0);
      const stored = await this.#client.lrange(`ledger:${caller}`, 0, -1);
      broken.push(
        ...history.checkCounter(Traffic.keyOf(caller), counted),
        ...history.checkLedger(`ledger:${caller}`, stored),
        ...history.checkOrder(`ledger:${caller}`, stored),
      );
    }
    return broken;
  }

  async #call(caller: number): Promise<void> {
    for (let turn = 0; !this.#ending.signal.aborted; turn += 1) {
      try {
        await this.#ask(caller, turn);
      } catch {
        await wait(PAUSE_MS);
      }
    }
  }

  #ask(caller: number, turn: number): Promise<unknown> {
    const key = Traffic.keyOf(caller);
    const call = { caller, timeoutMs: TIMEOUT_MS };
    switch (turn % 4) {
      case 0:
        return this.history.call({ ...call, what: 'INCR', increments: { counter: key } }, () =>
          this.#client.incr(key),
        );
      case 1: {
        const entry = `${caller}-${turn}`;
        const stores = { ledger: `ledger:${caller}`, entry };
        return this.history.call({ ...call, what: 'RPUSH', stores }, () =>
          this.#client.rpush(stores.ledger, entry),
        );
      }
      case 2: {
        const mark = `mark ${caller}-${turn}`;
        return this.history.call(
          { ...call, what: 'ECHO', isOwn: (answer: string) => answer === mark },
          async () =>
            (
              await this.#client.transaction([
                ['GET', key],
                ['ECHO', mark],
              ])
            )[1] as string,
        );
      }
      default:
        return this.history.call({ ...call, what: 'PIPELINE' }, () =>
          this.#client.pipeline([
            ['GET', key],
            ['STRLEN', key],
            ['GET', `other:${turn}`],
          ]),
        );
    }
  }
}
