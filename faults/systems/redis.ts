import { setTimeout as wait } from 'node:timers/promises';
import {
  findRedis,
  inspectRedis,
  RedisServer,
  type RedisServerOptions,
  type RedisValue,
} from 'hawser/testing';
import type { Server, ServerNeeds, System } from '../system.ts';

/** What is asked of a server may have to wait for it to be through with what a row did to it. */
const INSPECT_WITHIN_MS = 20_000;
/** How long each key takes while the server loads. Many keys, since it looks up only between them. */
const LOAD_KEY_MS = 0.5;

/** The server of a row, and the way to ask it past every client. */
class RedisOfRow implements Server {
  readonly #redis: RedisServer;
  #password: string | undefined;

  constructor(redis: RedisServer, password: string | undefined) {
    this.#redis = redis;
    this.#password = password;
  }

  get port(): number {
    return this.#redis.port;
  }

  get tlsPort(): number | undefined {
    return this.#redis.tlsPort;
  }

  ask(...command: string[]): Promise<RedisValue> {
    const user = this.#password === undefined ? '' : `:${encodeURIComponent(this.#password)}@`;
    return inspectRedis(`redis://${user}127.0.0.1:${this.port}`, command, { timeoutMs: INSPECT_WITHIN_MS });
  }

  async changePassword(password: string): Promise<void> {
    await this.ask('CONFIG', 'SET', 'requirepass', password);
    this.#password = password;
  }

  kill(): Promise<void> {
    return this.#redis.kill();
  }

  restart(): Promise<void> {
    return this.#redis.restart();
  }

  pause(): void {
    this.#redis.pause();
  }

  resume(): void {
    this.#redis.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#redis.stop();
  }
}

/** Rows hand back what they were given, so that each server here is one that {@link redis} has made. */
function redisOf(server: Server): RedisOfRow {
  if (server instanceof RedisOfRow) return server;
  throw new Error('This server is not one of this system.');
}

async function start(options: RedisServerOptions): Promise<RedisOfRow> {
  return new RedisOfRow(await RedisServer.start(options), options.password);
}

/** Ids of the sessions of clients, the oldest first, without the one that asks. */
async function sessionsOf(server: Server): Promise<string[]> {
  const list = String(await redisOf(server).ask('CLIENT', 'LIST', 'TYPE', 'NORMAL'));
  const sessions = list.split('\n').filter((line) => line !== '' && !line.includes('cmd=client|list'));
  return sessions.map((line) => /\bid=(\d+)/.exec(line)?.[1] ?? '');
}

/** Redis and Valkey, on one server or a primary and a follower. */
export const redis: System = {
  name: 'redis',

  async version() {
    const { kind, version } = await findRedis();
    return `${kind} ${version}`;
  },

  start({ password, tls }: ServerNeeds = {}) {
    return start({ appendOnly: true, password, tls });
  },

  async follow(server) {
    const follower = await start({
      appendOnly: true,
      args: ['--replicaof', '127.0.0.1', `${server.port}`, '--repl-diskless-sync-delay', '0'],
    });
    while (!String(await follower.ask('INFO', 'replication')).includes('master_link_status:up'))
      await wait(20);
    return follower;
  },

  async promote(server) {
    await redisOf(server).ask('REPLICAOF', 'NO', 'ONE');
  },

  async demote(server) {
    // Of a primary that there is not: it keeps its data, and refuses writes.
    await redisOf(server).ask('REPLICAOF', '127.0.0.1', '1');
  },

  async counter(server, name) {
    return Number((await redisOf(server).ask('GET', name)) ?? 0);
  },

  async ledger(server, name) {
    return (await redisOf(server).ask('LRANGE', name, '0', '-1')) as readonly string[];
  },

  async sessions(server) {
    return (await sessionsOf(server)).length;
  },

  async endSessions(server, which) {
    const sessions = await sessionsOf(server);
    for (const id of which === 'all' ? sessions : sessions.slice(0, 1)) {
      await redisOf(server).ask('CLIENT', 'KILL', 'ID', id);
    }
  },

  async holdAnswers(server, ms) {
    await redisOf(server).ask('CLIENT', 'PAUSE', `${ms}`, 'ALL');
  },

  async limitClients(server, count) {
    await redisOf(server).ask('CONFIG', 'SET', 'maxclients', `${count}`);
  },

  changePassword(server, password) {
    return redisOf(server).changePassword(password);
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
