import { MANY } from './cells.mjs';

/**
 * @typedef {object} Adapter A client, spoken to as its users speak to it. Replies are in its own shape.
 * @property {(key: string) => Promise<string>} get
 * @property {(key: string, value: string) => Promise<string>} set
 * @property {(key: string) => Promise<number>} incr
 * @property {(keys: string[]) => Promise<string[]>} mget
 * @property {(key: string) => Promise<string[]>} lrange All of the list.
 * @property {(key: string) => Promise<unknown>} hgetall
 * @property {(keys: string[]) => Promise<unknown>} pipeline An explicit pipeline of GETs.
 * @property {(reply: unknown, index: number) => string} pipelined One value of a pipeline's reply.
 * @property {(hash: unknown, name: string) => string | undefined} field One value of a hash's reply.
 * @property {(args: string[]) => Promise<unknown>} command
 * @property {() => Promise<unknown>} close
 *
 * @typedef {object} Workload
 * @property {() => Promise<void>} prepare Puts the keys there.
 * @property {(caller: number) => Promise<unknown>} call
 * @property {(reply: any, caller: number) => boolean} check Whether a reply is right. Cheap, and the same for every client.
 * @property {() => Promise<number>} verify Looks behind a round, outside its time. The number of wrong values.
 */

/** @param {Adapter} client @param {import('./cells.mjs').Cell} cell @returns {Workload} */
export function createWorkload(client, cell) {
  return makers[cell.kind](client, cell);
}

const makers = { get, set, incr, mget, lrange, hgetall, pipeline, burst: get };

/** Each caller has a key and, up to 1 KiB, a value of its own. Of large values there are fewer, neighbours differing. */
function keysAndValues(cell, count) {
  const distinct = cell.bytes > 1_024 ? Math.min(count, 61) : count;
  const pool = numbered(distinct, (index) => valueOf(index, cell.bytes));
  return {
    keys: numbered(count, (index) => `${cell.kind}:${cell.bytes}:${index}`),
    values: numbered(count, (index) => pool[index % distinct]),
  };
}

function get(client, cell) {
  const { keys, values } = keysAndValues(cell, cell.callers);
  return {
    prepare: () => setAll(client, keys, values),
    call: (caller) => client.get(keys[caller]),
    check: (reply, caller) => reply === values[caller],
    verify: async () => 0,
  };
}

function set(client, cell) {
  const { keys, values } = keysAndValues(cell, cell.callers);
  const other = valueOf(999_999, cell.bytes);
  const asked = new Array(cell.callers).fill(0);
  return {
    prepare: async () => undefined,
    // Two values take turns, so that a write that did not happen shows.
    call: (caller) => client.set(keys[caller], asked[caller]++ % 2 === 0 ? values[caller] : other),
    check: (reply) => reply === 'OK',
    async verify() {
      const callers = numbered(Math.min(cell.callers, 32), () => Math.floor(Math.random() * cell.callers));
      const stored = await client.mget(callers.map((caller) => keys[caller]));
      const last = (caller) => (asked[caller] % 2 === 1 ? values[caller] : other);
      return callers.filter((caller, index) => asked[caller] > 0 && stored[index] !== last(caller)).length;
    },
  };
}

function incr(client, cell) {
  const keys = numbered(cell.callers, (index) => `incr:${process.pid}:${index}`);
  const counts = new Array(cell.callers).fill(0);
  return {
    prepare: async () => undefined,
    call: (caller) => client.incr(keys[caller]),
    check: (reply, caller) => reply === ++counts[caller],
    verify: async () => 0,
  };
}

function mget(client, cell) {
  const { keys, values } = keysAndValues(cell, cell.callers * MANY.mget);
  const own = numbered(cell.callers, (caller) => keys.slice(caller * MANY.mget, (caller + 1) * MANY.mget));
  return {
    prepare: () => setAll(client, keys, values),
    call: (caller) => client.mget(own[caller]),
    check: (reply, caller) =>
      reply.length === MANY.mget &&
      reply.every((value, index) => value === values[caller * MANY.mget + index]),
    verify: async () => 0,
  };
}

function pipeline(client, cell) {
  const { keys, values } = keysAndValues(cell, cell.callers * MANY.pipeline);
  const own = numbered(cell.callers, (caller) =>
    keys.slice(caller * MANY.pipeline, (caller + 1) * MANY.pipeline),
  );
  return {
    prepare: () => setAll(client, keys, values),
    call: (caller) => client.pipeline(own[caller]),
    check: (reply, caller) =>
      reply.length === MANY.pipeline &&
      own[caller].every(
        (_, index) => client.pipelined(reply, index) === values[caller * MANY.pipeline + index],
      ),
    verify: async () => 0,
  };
}

function lrange(client, cell) {
  const lists = numbered(cell.callers, (caller) =>
    numbered(MANY.lrange, (index) => valueOf(caller * MANY.lrange + index, cell.bytes)),
  );
  const key = (caller) => `lrange:${caller}`;
  return {
    async prepare() {
      for (const [caller, list] of lists.entries()) {
        await client.command(['DEL', key(caller)]);
        await client.command(['RPUSH', key(caller), ...list]);
      }
    },
    call: (caller) => client.lrange(key(caller)),
    check: (reply, caller) =>
      reply.length === MANY.lrange && reply.every((element, index) => element === lists[caller][index]),
    verify: async () => 0,
  };
}

function hgetall(client, cell) {
  const names = numbered(MANY.hgetall, (index) => `field:${index}`);
  const value = (caller, index) => valueOf(caller * MANY.hgetall + index, cell.bytes);
  const key = (caller) => `hgetall:${caller}`;
  let looked = 0;
  return {
    async prepare() {
      for (let caller = 0; caller < cell.callers; caller++) {
        const pairs = names.flatMap((name, index) => [name, value(caller, index)]);
        for (let at = 0; at < pairs.length; at += 1_000) {
          await client.command(['HSET', key(caller), ...pairs.slice(at, at + 1_000)]);
        }
      }
    },
    call: (caller) => client.hgetall(key(caller)),
    // Looking at all fields would cost as much as reading them, so a call looks at one and `verify` at all.
    check(reply, caller) {
      const index = (looked += 7) % MANY.hgetall;
      return client.field(reply, names[index]) === value(caller, index);
    },
    async verify() {
      const reply = await client.hgetall(key(0));
      const entries = Array.isArray(reply)
        ? reply.map((entry) => [entry.field, entry.value])
        : Object.entries(reply);
      const hash = new Map(entries);
      const wrong = names.filter((name, index) => hash.get(name) !== value(0, index)).length;
      return wrong + Math.abs(hash.size - MANY.hgetall);
    },
  };
}

async function setAll(client, keys, values) {
  const atOnce = values[0].length > 1_024 ? 8 : 500;
  for (let at = 0; at < keys.length; at += atOnce) {
    const pairs = keys.slice(at, at + atOnce).flatMap((key, index) => [key, values[at + index]]);
    await client.command(['MSET', ...pairs]);
  }
}

function numbered(count, make) {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** `bytes` characters that end in the number. Through a buffer, so that the string is in one piece. */
function valueOf(number, bytes) {
  return Buffer.from(String(number).padStart(bytes, 'value-')).toString('latin1');
}
