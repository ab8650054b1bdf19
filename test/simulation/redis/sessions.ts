import type { HawserError } from 'hawser';
import type { Redis, RedisConnection } from 'hawser/redis';
import { resp, type SeededRandom, type SimulatedRedis, type SimulatedWorld } from 'hawser/testing';
import { numberOf, type RecordedCall, type RecordedCommand } from './broken-promises.ts';
import type { Calls, Caller } from './calls.ts';
import type { Weather } from './weather.ts';

/** Codes with which there may be no connection to hold. */
const CHECKOUT_CODES = ['NOT_CONNECTED', 'OVERLOADED', 'DEADLINE', 'ABORTED', 'CLOSED', 'HANDSHAKE_REFUSED'];
/** A key that is only ever queued, and the database that only holders select. */
const QUEUED = 'queued';
const DIRTY_DATABASE = 5;

/** Those who hold a connection of their own for a while, do anything with it, and leave anything behind. */
export class Sessions {
  /** Those that are not over. */
  running = 0;
  readonly #world: SimulatedWorld;
  readonly #random: SeededRandom;
  readonly #redis: SimulatedRedis;
  readonly #calls: Calls;
  /** Whose each command is: of a session, or of a call by itself. */
  readonly #owners = new Map<number, string>();
  #begun = 0;

  constructor(world: SimulatedWorld, redis: SimulatedRedis, weather: Weather, calls: Calls) {
    this.#world = world;
    this.#random = world.random.fork();
    this.#redis = redis;
    this.#calls = calls;
    redis.on('BLPOP', ({ command, connection }) => {
      const [key, seconds] = command.args.map(String) as [string, string];
      const mostMs = Number(seconds) * 1_000;
      const { bytes, afterMs } = this.#random.chance(0.5)
        ? { bytes: resp.nilArray(connection.session.protocol), afterMs: mostMs }
        : {
            bytes: resp.array([resp.bulk(key), resp.bulk('v')]),
            afterMs: this.#random.integer(0, mostMs),
          };
      return weather.answer({ command, connection, run: () => bytes }) ?? { bytes, afterMs };
    });
  }

  /** Holds a connection for as long as it takes. */
  async begin(client: Pick<Redis, 'dedicated'>): Promise<void> {
    const random = this.#random;
    const { check, history } = this.#world;
    this.#begun += 1;
    const owner = `session ${this.#begun}`;
    const timeoutMs = random.pick([0, 20, 500, 5_000]);
    const signal = random.chance(0.2) ? this.#calls.signal() : undefined;
    const checkout = history.begin({ caller: owner, what: 'checkout' });
    let isServed = false;
    this.running += 1;
    try {
      await client.dedicated(
        async (own) => {
          isServed = true;
          checkout.ok(own);
          await this.#use(own, owner);
        },
        { timeoutMs, signal },
      );
    } catch (error) {
      if (isServed) return;
      checkout.failed(error);
      const { code, outcome } = error as HawserError;
      if (!CHECKOUT_CODES.includes(code) || outcome !== 'not-sent')
        check([`${owner} was told ${code} ${outcome}`]);
    } finally {
      this.running -= 1;
    }
  }

  /** Waits on the server for an element of a list. */
  wait(client: Caller): Promise<void> {
    const seconds = this.#random.pick([0.05, 0.5]);
    const id = this.#calls.id();
    const isOwnAnswer: RecordedCommand['isOwnAnswer'] = (reply) =>
      reply === null || (Array.isArray(reply) && reply[0] === id);
    const commands: RecordedCommand[] = [{ id, kind: 'read', isOwnAnswer }];
    const timeoutMs = this.#calls.timeoutMs + seconds * 1_000;
    return this.#calls.record({ what: 'command', commands, sendingsMax: 1, timeoutMs }, () =>
      client.command(['BLPOP', id, String(seconds)]),
    );
  }

  /** Whether a call was made by a holder. */
  hasMade({ commands: [first] }: RecordedCall): boolean {
    return first !== undefined && this.#owners.has(Number(first.id.slice(1, -1)));
  }

  /** What a holder has left to the next one, or has had beside another. */
  broken(): string[] {
    const { effects, connections } = this.#redis;
    const broken = effects.some(({ key }) => key === QUEUED) ? ['what was queued and left has run'] : [];
    const lost = [...this.#redis.data(DIRTY_DATABASE).keys()];
    if (lost.length > 0) broken.push(`${lost.join(' ')} went to a database that somebody else had selected`);
    for (const { number, commands } of connections) {
      const owners = commands.flatMap(({ args: [first] }) => this.#ownerOf(numberOf(first)) ?? []);
      const turns = owners.filter((owner, index) => owner !== owners[index - 1]);
      if (new Set(turns).size !== turns.length) broken.push(`connection ${number} had two holders at once`);
    }
    return broken;
  }

  #ownerOf(id: number | undefined): string | undefined {
    return id === undefined ? undefined : (this.#owners.get(id) ?? this.#callOf(id));
  }

  #callOf(id: number): string {
    const index = this.#calls.made.findIndex(({ commands }) =>
      commands.some((command) => command.id === `<${id}>`),
    );
    return `call ${index}`;
  }

  async #use(own: RedisConnection, owner: string): Promise<void> {
    const random = this.#random;
    for (let step = random.integer(0, 4); step > 0; step -= 1) {
      const before = this.#calls.made.length;
      const asked = random.chance(0.15) ? this.wait(own) : this.#calls.make(own, true);
      for (const { commands } of this.#calls.made.slice(before)) {
        for (const { id } of commands) this.#owners.set(Number(id.slice(1, -1)), owner);
      }
      if (random.chance(0.8)) await asked;
      if (random.chance(0.3)) await this.#world.pause(random.pick([0, 5, 100]));
    }
    const left = random.pick<readonly (readonly [string, ...string[]])[]>([
      [],
      [],
      [['MULTI']],
      [['MULTI'], ['INCR', QUEUED]],
      [['WATCH', 'key']],
      [['SELECT', String(DIRTY_DATABASE)]],
      [['SELECT', '99'], ['WATCH']],
      [['CLIENT', 'SETNAME', 'somebody']],
    ]);
    for (const command of left) {
      const asked = own.command(command).catch(() => undefined);
      if (random.chance(0.8)) await asked;
    }
    if (random.chance(0.1)) throw new Error('thrown by a holder');
  }
}
