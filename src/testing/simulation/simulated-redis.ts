import type { Clock } from '../../core/index.ts';
import { messagesFor, noSubscriptions } from './redis-pubsub-commands.ts';
import { invalidationOf } from './redis-tracking.ts';
import type { AppliedEffect, CommandContext, ReceivedCommand, RedisSession } from './redis-command-spec.ts';
import { SimulatedDatabase, type StoredValue } from './simulated-database.ts';
import {
  SimulatedRedisConnection,
  checkBehaviour,
  type SimulatedRedisAnswer,
  type SimulatedRedisHandler,
  type SimulatedRedisBehaviour,
  type SimulatedRedisCall,
  type RedisConnectionGround,
} from './simulated-redis-connection.ts';
import type { ByteDuplex } from '../byte-duplex.ts';

/** How a {@link SimulatedRedis} is set up. */
export interface SimulatedRedisOptions {
  /** For the times on record, and for delays. */
  readonly clock: Clock;
  /** Without it nobody needs to authenticate. `username` is `default` by default. */
  readonly credentials?: { readonly username?: string; readonly password: string };
  /** Behaviours of the first connections, one each, in the order in which they are accepted; then `normal`. */
  readonly script?: readonly SimulatedRedisBehaviour[];
}

/**
 * A Redis server in a few hundred lines, whose data outlive its connections and which does what a test asks of it.
 * It speaks to any {@link ByteDuplex}: `network.listen(endpoint, redis.accept)`, or
 * `createServer((socket) => redis.accept(socketDuplex(socket)))`.
 *
 * Knows HELLO, AUTH, ROLE, SELECT, CLIENT SETNAME/SETINFO/GETNAME/ID, PING, ECHO; MULTI, EXEC, DISCARD, WATCH, UNWATCH; of
 * strings GET, SET (NX, XX, GET, EX, PX, KEEPTTL), MGET, MSET, INCR, DECR, INCRBY; of lists RPUSH, LPUSH, RPOP, LPOP,
 * LLEN, LRANGE; of hashes HSET, HGET, HDEL, HGETALL; of keys DEL, EXISTS, EXPIRE, PEXPIRE, TTL, PTTL, TYPE; SUBSCRIBE,
 * PSUBSCRIBE, SSUBSCRIBE, their opposites, PUBLISH and SPUBLISH. It answers them as Redis does. Whatever else a test needs, it teaches with {@link SimulatedRedis.on}.
 *
 * Everything is kept on record: it is for tests of megabytes, not of gigabytes.
 */
export class SimulatedRedis {
  /** Every command received, in order, also those that were not run. */
  readonly commands: ReceivedCommand[] = [];
  /** Every write carried out, in order. */
  readonly effects: AppliedEffect[] = [];
  /** All connections so far, oldest first. */
  readonly connections: SimulatedRedisConnection[] = [];
  /** What clients sent that is no command. A test asserts that it is empty. */
  readonly violations: string[] = [];
  readonly #clock: Clock;
  readonly #credentials: CommandContext['credentials'];
  readonly #script: SimulatedRedisBehaviour[] = [];
  readonly #handlers = new Map<
    string,
    (call: Omit<SimulatedRedisCall, 'count'>) => SimulatedRedisAnswer | undefined
  >();
  readonly #databases = new Map<number, SimulatedDatabase>();
  readonly #receivedWith = new Map<string, number>();
  readonly #appliedTo = new Map<string, number>();

  constructor({ clock, credentials, script = [] }: SimulatedRedisOptions) {
    this.#clock = clock;
    this.#credentials = credentials && { username: 'default', ...credentials };
    this.script(...script);
  }

  /** Serves a connection. May be handed on by itself. */
  readonly accept = (duplex: ByteDuplex): void => {
    const session: RedisSession = {
      protocol: 2,
      isAuthenticated: this.#credentials === undefined,
      database: 0,
      clientName: '',
      transaction: undefined,
      watched: [],
      subscribed: noSubscriptions(),
      tracking: undefined,
    };
    const ground: RedisConnectionGround = {
      clock: this.#clock,
      number: this.connections.length + 1,
      behaviour: this.#script.shift() ?? 'normal',
      context: (connection) => this.#context(connection),
      handler: (name) => this.#handlers.get(name) ?? this.#handlers.get('*'),
      received: (command) => this.#received(command),
      violated: ({ message }) => void this.violations.push(message),
    };
    this.connections.push(new SimulatedRedisConnection(ground, duplex, session));
  };

  /** Timers that it has set on the clock, for answers that are delayed. */
  get pendingTimers(): number {
    return this.connections.filter(({ isDelayed }) => isDelayed).length;
  }

  /** Adds behaviours of the next connections, behind those that are still due. */
  script(...behaviours: readonly SimulatedRedisBehaviour[]): void {
    behaviours.forEach(checkBehaviour);
    this.#script.push(...behaviours);
  }

  /**
   * Asks `handler` about every command of this name from now on, on all connections; `*` is for those without a
   * handler of their own. A later handler replaces an earlier one. Returns what takes it away again.
   */
  on(commandName: string, handler: SimulatedRedisHandler): () => void {
    if (typeof handler !== 'function')
      throw new TypeError(`on(${commandName}): expected a function that answers`);
    const name = commandName.toUpperCase();
    let count = 0;
    const counting = (call: Omit<SimulatedRedisCall, 'count'>): SimulatedRedisAnswer | undefined => {
      count += 1;
      return handler({ ...call, count });
    };
    this.#handlers.set(name, counting);
    return () => {
      if (this.#handlers.get(name) === counting) this.#handlers.delete(name);
    };
  }

  /** Keys and values of a database, to be looked at and changed; also those that have expired, until somebody asks for them. */
  data(database = 0): Map<string, StoredValue> {
    return this.#database(database).values;
  }

  /** The string at a key, as text; `undefined` if there is none. */
  value(key: string, database = 0): string | undefined {
    const value = this.#database(database).get(key);
    return value instanceof Uint8Array ? value.toString() : undefined;
  }

  /** The list at a key, as texts; empty if there is none. */
  list(key: string, database = 0): string[] {
    const value = this.#database(database).get(key);
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** How many commands were received that have this argument. Unique keys make it the fate of one call. */
  timesReceived(argument: string): number {
    return this.#receivedWith.get(argument) ?? 0;
  }

  /** How many writes to this key were carried out, in any database. */
  timesApplied(key: string): number {
    return this.#appliedTo.get(key) ?? 0;
  }

  /** Publishes a message, as a client would with PUBLISH. Returns how many messages were sent for it. */
  publish(channel: string, payload: string | Uint8Array): number {
    return this.#publish('channel', channel, Buffer.from(payload));
  }

  #publish(kind: 'channel' | 'shard', channel: string, payload: Uint8Array): number {
    let count = 0;
    for (const connection of this.connections) {
      if (!connection.isOpen) continue;
      const messages = messagesFor(connection.session, kind, channel, payload);
      for (const message of messages) connection.send(message);
      count += messages.length;
    }
    return count;
  }

  /** Tells of a change, behind the replies that are due: to whoever has made it, behind the reply to that. */
  #invalidate(key: string, changedBy: SimulatedRedisConnection): void {
    for (const connection of this.connections) {
      if (!connection.isOpen) continue;
      const invalidation = invalidationOf(connection.session, key);
      if (invalidation === undefined) continue;
      if (connection === changedBy) connection.sendBehindReply(invalidation);
      else connection.sendInTurn(invalidation);
    }
  }

  #database(index: number): SimulatedDatabase {
    const existing = this.#databases.get(index);
    if (existing !== undefined) return existing;
    const created = new SimulatedDatabase(() => this.#clock.now());
    this.#databases.set(index, created);
    return created;
  }

  #received(command: ReceivedCommand): void {
    this.commands.push(command);
    for (const argument of new Set(command.args.map(String))) add(this.#receivedWith, argument);
  }

  #context(connection: SimulatedRedisConnection): CommandContext {
    return {
      session: connection.session,
      connection: connection.number,
      credentials: this.#credentials,
      nowMs: () => this.#clock.now(),
      database: (index) => this.#database(index),
      applied: (command, key) => {
        this.effects.push({ connection: connection.number, atMs: this.#clock.now(), command, key });
        add(this.#appliedTo, key);
        this.#invalidate(key, connection);
      },
      publish: (kind, channel, payload) => this.#publish(kind, channel, payload),
    };
  }
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
