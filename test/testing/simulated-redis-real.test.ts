import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { SeededRandom, SimulatedRedis, VirtualClock, socketDuplex } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { redisServer } from '../support/redis.ts';
import { encode } from './simulated-redis-stage.ts';

const KEYS = ['a', 'b', 'c'];
const VALUES = ['1', '-3', '01', 'text', '9223372036854775807', '-9223372036854775808', '0'];
const INDEXES = ['0', '1', '2', '-1', '-2', '-100', '100', 'x'];
const SET_OPTIONS = [
  '',
  '',
  ' NX',
  ' XX',
  ' GET',
  ' NX GET',
  ' EX 100',
  ' PX 100000 XX',
  ' KEEPTTL',
  ' EX 0',
];
const WRONG_OPTIONS = [
  ' NX XX',
  ' EX',
  ' EX x',
  ' EX 1 PX 1',
  ' KEEPTTL EX 5',
  ' PX 9223372036854775807 EX 1',
  ' OR',
];
const FIELDS = ['one', 'two', 'three'];
const SEEDS = Array.from({ length: 30 }, (_, index) => index + 1);
const LENGTH = 150;

/** Any command that the simulated server knows and whose reply does not depend on the time. */
function anyCommand(random: SeededRandom): string {
  const key = random.pick(KEYS);
  const value = random.pick(VALUES);
  const [start, stop] = [random.pick(INDEXES), random.pick(INDEXES)];
  const field = random.pick(FIELDS);
  return random.pick([
    `GET ${key}`,
    `MGET ${KEYS.join(' ')} missing`,
    `SET ${key} ${value}${random.pick(SET_OPTIONS)}`,
    `SET ${key} ${value}${random.pick(WRONG_OPTIONS)}`,
    `MSET ${key} ${value} other 2`,
    `MSET ${key} ${value} other`,
    `INCR ${key}`,
    `DECR ${key}`,
    `INCRBY ${key} ${value}`,
    `DEL ${key} missing`,
    `DEL ${KEYS.join(' ')}`,
    `EXISTS ${key} ${key} missing`,
    `EXPIRE ${key} ${random.pick(['100', '0', '-1', 'x'])}`,
    `PEXPIRE ${key} 100000`,
    `TYPE ${key}`,
    `PTTL missing`,
    `RPUSH ${key} ${value} ${field}`,
    `LPUSH ${key} ${value} ${field}`,
    `LPOP ${key}`,
    `RPOP ${key}${random.pick(['', ' 0', ' 2', ' 10', ' -1', ' x'])}`,
    `LLEN ${key}`,
    `LRANGE ${key} ${start} ${stop}`,
    `HSET ${key} ${field} ${value}`,
    `HSET ${key} ${field} ${value} one`,
    `HSET ${key} ${field} ${value} one 1`,
    `HGET ${key} ${field}`,
    `HDEL ${key} ${field} none`,
    `HGETALL ${key}`,
    'MULTI',
    'EXEC',
    'EXEC',
    'DISCARD',
    `WATCH ${key}`,
    'UNWATCH',
    `SELECT ${random.pick(['9', '9', '10', '16', '-1', 'x'])}`,
    'ROLE',
    'ECHO word',
    'PING',
    'PING word',
    'GET',
    'NOPE at all',
    'AUTH word',
  ]);
}

/** How many bytes the reply at the front has; `undefined` while some of it is still to come. */
function replyBytes(bytes: Buffer, at = 0): number | undefined {
  const end = bytes.indexOf('\r\n', at);
  if (end === -1) return undefined;
  const kind = bytes.toString('latin1', at, at + 1);
  const number = Number(bytes.toString('latin1', at + 1, end));
  const line = end + 2;
  if (kind === '$' && number >= 0) return bytes.length < line + number + 2 ? undefined : line + number + 2;
  if (kind !== '*' && kind !== '%') return line;
  let next: number | undefined = line;
  for (let item = kind === '%' ? 2 * number : number; item > 0 && next !== undefined; item -= 1) {
    next = replyBytes(bytes, next);
  }
  return next;
}

/** A connection on which one command is asked after the other. */
class Asking {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('data', (bytes) => (this.#received = Buffer.concat([this.#received, bytes])));
  }

  async ask(line: string): Promise<string> {
    this.#socket.write(encode(line));
    let length = replyBytes(this.#received);
    while (length === undefined) {
      await once(this.#socket, 'data');
      length = replyBytes(this.#received);
    }
    const reply = this.#received.toString('latin1', 0, length);
    this.#received = this.#received.subarray(length);
    return reply;
  }

  async end(): Promise<void> {
    this.#socket.destroy();
    await once(this.#socket, 'close');
  }
}

describe('a simulated Redis answers as a real one', () => {
  const server = redisServer();

  test.each(SEEDS)('whatever two connections ask (seed %i)', async (seed) => {
    const random = new SeededRandom(seed);
    await server().inspect(['FLUSHALL']);
    const redis = new SimulatedRedis({ clock: new VirtualClock() });
    const simulated = createServer((socket) => redis.accept(socketDuplex(socket)));
    await once(simulated.listen(0, '127.0.0.1'), 'listening');
    const { port } = simulated.address() as AddressInfo;
    const pairs = [0, 1].map(() => [new Asking(server().port), new Asking(port)] as const);
    try {
      // What each server tells of itself is its own.
      if (random.chance(0.5)) await Promise.all(pairs.flat().map((connection) => connection.ask('HELLO 3')));
      const asked: string[] = [];
      for (let count = 0; count < LENGTH; count += 1) {
        const line = anyCommand(random);
        const index = random.integer(0, 1);
        asked.push(`${index}: ${line}`);
        const [reply, simulatedReply] = await Promise.all(pairs[index]!.map((one) => one.ask(line)));
        if (simulatedReply !== reply) expect([...asked, simulatedReply]).toEqual([...asked, reply]);
      }
      expect(redis.violations).toEqual([]);
    } finally {
      await Promise.all(pairs.flat().map((connection) => connection.end()));
      await once(simulated.close(), 'close');
    }
  });
});
