import type { NetConnectOpts } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import {
  findRedis,
  inspectRedis,
  RedisServer,
  type RedisServerOptions,
  type RedisValue,
} from 'hawser/testing';
import { uncounted } from '../dials.ts';
import type { Server, ServerNeeds, System } from '../system.ts';
import { besideOf } from './redis-beside.ts';
import { RedisLine } from './redis-line.ts';
import { caughtUp } from './redis-replication.ts';

/** What is asked of a server may have to wait for it to be through with what a row did to it. */
const INSPECT_WITHIN_MS = 20_000;
/** How long each key takes while the server loads. Many keys, since it looks up only between them. */
const LOAD_KEY_MS = 0.5;
const POLL_MS = 10;
/** By which the lab knows its own sessions. */
const OWN_NAME = 'lab';

/** The server of a row, and the way to ask it past every client. */
class RedisOfRow implements Server {
  /** Goes where no trouble of the network is. */
  readonly line: RedisLine;
  readonly #redis: RedisServer;
  #password: string | undefined;

  constructor(redis: RedisServer, password: string | undefined) {
    this.#redis = redis;
    this.#password = password;
    this.line = this.#lineTo({ path: redis.socketPath! });
  }

  get host(): string {
    return this.#redis.host;
  }

  get port(): number {
    return this.#redis.port;
  }

  get tlsPort(): number | undefined {
    return this.#redis.tlsPort;
  }

  ask(...command: string[]): Promise<RedisValue> {
    const user = this.#password === undefined ? '' : `:${encodeURIComponent(this.#password)}@`;
    const url = `redis://${user}${this.host}:${this.port}`;
    return uncounted(() => inspectRedis(url, command, { timeoutMs: INSPECT_WITHIN_MS }));
  }

  /** The way of any client. */
  lineThere(): RedisLine {
    return this.#lineTo({ host: this.host, port: this.port });
  }

  async changePassword(password: string): Promise<void> {
    await this.ask('CONFIG', 'SET', 'requirepass', password);
    this.#password = password;
  }

  kill(): Promise<void> {
    return this.#redis.kill();
  }

  restart(): Promise<void> {
    return uncounted(() => this.#redis.restart());
  }

  pause(): void {
    this.#redis.pause();
  }

  resume(): void {
    this.#redis.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.line.end();
    // A polite end takes a tenth of a second, and nobody looks at the data any more.
    await this.#redis.kill();
    await this.#redis.stop();
  }

  #lineTo(to: NetConnectOpts): RedisLine {
    return new RedisLine(to, () => [
      ...(this.#password === undefined ? [] : [['AUTH', this.#password]]),
      ['CLIENT', 'SETNAME', OWN_NAME],
    ]);
  }
}

/** Rows hand back what they were given, so that each server here is one that {@link redis} has made. */
function redisOf(server: Server): RedisOfRow {
  if (server instanceof RedisOfRow) return server;
  throw new Error('This server is not one of this system.');
}

async function start(options: RedisServerOptions): Promise<RedisOfRow> {
  return new RedisOfRow(await RedisServer.start({ ...options, unixSocket: true }), options.password);
}

/** Ids of the sessions of clients, the oldest first, without the one that asks. */
async function sessionsOf(server: Server, which = / flags=[^MS]/): Promise<string[]> {
  const list = String(await redisOf(server).ask('CLIENT', 'LIST'));
  const sessions = list
    .split('\n')
    .filter(
      (line) => which.test(line) && !/ cmd=client\|list/.test(line) && !line.includes(` name=${OWN_NAME} `),
    );
  // The server turns its list as it goes through it.
  const ids = sessions.map((line) => Number(/\bid=(\d+)/.exec(line)?.[1]));
  return ids.toSorted((a, b) => a - b).map(String);
}

async function end(server: Server, sessions: readonly string[]): Promise<void> {
  for (const id of sessions) await redisOf(server).ask('CLIENT', 'KILL', 'ID', id);
}

/** How to ask a server. */
function asking(server: Server): (...command: string[]) => Promise<RedisValue> {
  return (...command) => redisOf(server).ask(...command);
}

/** Redis and Valkey, on one server or a primary and a follower. */
export const redis: System = {
  name: 'redis',

  async version() {
    const { kind, version } = await findRedis();
    return `${kind} ${version}`;
  },

  start({ password, tls, at }: ServerNeeds = {}) {
    return start({ appendOnly: true, password, tls, ...at });
  },

  async follow(server) {
    await redisOf(server).ask('CONFIG', 'SET', 'repl-diskless-sync-delay', '0');
    const follower = await start({ appendOnly: true, args: ['--replicaof', '127.0.0.1', `${server.port}`] });
    while (!String(await follower.ask('INFO', 'replication')).includes('master_link_status:up'))
      await wait(POLL_MS);
    return follower;
  },

  async failOver(server, follower) {
    await caughtUp(asking(server), [asking(follower)]);
    await server.kill();
    await redisOf(follower).ask('REPLICAOF', 'NO', 'ONE');
  },

  async handOver(server, follower) {
    await caughtUp(asking(server), [asking(follower)]);
    await redisOf(follower).ask('REPLICAOF', 'NO', 'ONE');
    await redisOf(server).ask('REPLICAOF', '127.0.0.1', `${follower.port}`);
    await redisOf(server).ask('CLIENT', 'UNPAUSE');
  },

  async setReadOnly(server, isReadOnly) {
    // A follower of nobody keeps its data, and refuses writes.
    const whose = isReadOnly ? ['127.0.0.1', '1'] : ['NO', 'ONE'];
    await redisOf(server).ask('REPLICAOF', ...whose);
  },

  async counter(server, name) {
    return Number((await redisOf(server).ask('GET', name)) ?? 0);
  },

  async ledger(server, name) {
    return (await redisOf(server).ask('LRANGE', name, '0', '-1')) as readonly string[];
  },

  async members(server, name) {
    return (await redisOf(server).ask('SMEMBERS', name)) as readonly string[];
  },

  beside: besideOf(redisOf, (server, which) => sessionsOf(server, which).then((ids) => end(server, ids))),

  async clear(server) {
    await redisOf(server).ask('FLUSHALL');
  },

  async sessions(server) {
    return (await sessionsOf(server)).length;
  },

  async endSessions(server, which) {
    const sessions = await sessionsOf(server);
    await end(server, which === 'all' ? sessions : sessions.slice(0, 1));
  },

  async holdAnswers(server, ms) {
    await redisOf(server).ask('CLIENT', 'PAUSE', `${ms}`, 'ALL');
  },

  async shutOut(server) {
    // The one client that is left in, for only it can let in others again.
    const insider = redisOf(server).lineThere();
    await insider.ask('CONFIG', 'SET', 'maxclients', '1');
    for (const type of ['normal', 'pubsub'])
      await insider.ask('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
    return async () => {
      await insider.ask('CONFIG', 'SET', 'maxclients', '10000');
      insider.end();
    };
  },

  changePassword(server, password) {
    return redisOf(server).changePassword(password);
  },

  async changeCertificate(server, certificate) {
    await redisOf(server).ask('CONFIG', 'SET', 'tls-cert-file', certificate);
  },

  async load(server, ms) {
    const one = redisOf(server);
    const keys = Math.ceil(ms / LOAD_KEY_MS);
    await one.ask(
      'EVAL',
      'for i = 1, tonumber(ARGV[1]) do redis.call("SET", "load:" .. i, i) end',
      '0',
      `${keys}`,
    );
    await one.ask('CONFIG', 'SET', 'key-load-delay', `${LOAD_KEY_MS * 1_000}`);
    await one.ask('CONFIG', 'SET', 'loading-process-events-interval-bytes', '1024');
    await one.ask('DEBUG', 'RELOAD');
  },

  nonsense: {
    'another protocol': 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n',
    'endless size': '$99999999999\r\n',
    'unasked reply': '+OK\r\n',
  },
};
