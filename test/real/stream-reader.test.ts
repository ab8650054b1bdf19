import type { Redis, RedisOptions, StreamEntry, StreamReader } from 'hawser/redis';
import { FaultProxy, RedisServer } from 'hawser/testing';
import { describe, expect, expectTypeOf, onTestFinished, test } from 'vitest';
import { redisServer } from '../support/redis.ts';
import { connect, failureOf, PATIENCE_MS, pool, start, until } from './clients.ts';
import { OPTIONS } from './kills.ts';
import { Load, storing } from './load.ts';

const server = redisServer({ appendOnly: true });
let streams = 0;

/** A key that no other test has. */
function newStream(): string {
  streams += 1;
  return `stream-${streams}`;
}

async function add(stream: string, value: string, ...before: string[]): Promise<string> {
  return String(await server().inspect(['XADD', stream, ...before, '*', 'value', value]));
}

/** Readers that wait on the server for entries. */
async function waiting(): Promise<number> {
  const list = String(await server().inspect(['CLIENT', 'LIST']));
  return list.split('\n').filter((line) => /\bflags=\S*b.*\bcmd=xread\b/.test(line)).length;
}

/** The next entries, as many as asked for. */
async function take(reader: StreamReader, count: number): Promise<StreamEntry[]> {
  const entries: StreamEntry[] = [];
  while (entries.length < count) {
    const { value, done } = await reader.next();
    if (done === true) throw new Error('The reader has ended.');
    entries.push(value);
  }
  return entries;
}

function valuesOf(entries: readonly StreamEntry[]): (string | undefined)[] {
  return entries.map(({ fields }) => fields['value']);
}

describe('a reader of streams', () => {
  test('yields what is there behind an id, in order and page by page, and then what comes', async () => {
    const [redis, stream] = [await connect(server().url), newStream()];
    const ids: string[] = [];
    for (let index = 0; index < 25; index += 1) ids.push(await add(stream, String(index)));
    const reader = redis.stream({ [stream]: ids[2]! }, { count: 10 });
    const there = await take(reader, 22);
    expect(there.map(({ id }) => id)).toEqual(ids.slice(3));
    expect(there[0]).toEqual({ stream, id: ids[3], fields: { value: '3' }, afterGap: false });
    expect(Object.getPrototypeOf(there[0]?.fields)).toBeNull();
    const next = reader.next();
    await until(async () => (await waiting()) === 1);
    const id = await add(stream, 'later');
    expect(await next).toEqual({
      done: false,
      value: { stream, id, fields: { value: 'later' }, afterGap: false },
    });
  });

  test('reads several streams, each from where it is told, and bytes where they are asked for', async () => {
    const redis = await connect(server().url, { keyPrefix: 'stream-' });
    const [one, other] = [newStream(), newStream()].map((key) => key.slice('stream-'.length)) as [
      string,
      string,
    ];
    await add(`stream-${one}`, 'old');
    await add(`stream-${other}`, 'first');
    const reader = redis.stream({ [one]: '$', [other]: '0' }, { buffers: true });
    expectTypeOf(reader).toEqualTypeOf<StreamReader<Buffer>>();
    const { value } = await reader.next();
    expect(value).toMatchObject({ stream: other, fields: { value: Buffer.from('first') } });
    const next = reader.next();
    await until(async () => (await waiting()) === 1);
    await add(`stream-${one}`, 'new');
    expect((await next).value).toMatchObject({ stream: one, fields: { value: Buffer.from('new') } });
  });

  test('that begins at the end has the end fixed: an outage makes it miss nothing', async () => {
    const [redis, stream] = [await connect(server().url, OPTIONS), newStream()];
    await add(stream, 'old');
    const next = redis.stream({ [stream]: '$' }).next();
    await until(async () => (await waiting()) === 1);
    await server().kill();
    await server().restart({ timeoutMs: PATIENCE_MS });
    // Perhaps before the reader is back.
    const id = await add(stream, 'new');
    expect((await next).value).toMatchObject({ id, fields: { value: 'new' } });
  });

  test('has one connection for all that it reads, and gives it back when it is left', async () => {
    const [redis, stream] = [await connect(server().url), newStream()];
    await add(stream, '0');
    for await (const { fields } of redis.stream({ [stream]: '0' })) {
      if (fields['value'] === '20') break;
      await add(stream, String(Number(fields['value']) + 1));
    }
    const reader = redis.stream({ [stream]: '$' });
    const next = reader.next();
    await until(async () => (await waiting()) === 1);
    expect(await reader.return()).toEqual({ done: true, value: undefined });
    expect(await next).toEqual({ done: true, value: undefined });
    expect(await redis.dedicated((own) => own.get('none'))).toBeNull();
    expect(redis.explain().dedicated?.counts).toMatchObject({ opened: 1, closed: { broken: 0 } });
  });
});

test('a reader waits for a server that is away in the beginning, for as long as it takes', async () => {
  await using other = await RedisServer.start();
  await other.kill();
  const redis = start(other.url, { timeoutMs: 100, whenDownWaitMs: Infinity });
  const next = redis.stream({ any: '0' }).next();
  await until(() => redis.explain().dedicated?.counts.timedOut === 1);
  await other.restart({ timeoutMs: PATIENCE_MS });
  await other.inspect(['XADD', 'any', '*', 'value', 'a']);
  expect((await next).value).toMatchObject({ fields: { value: 'a' } });
});

describe('what was trimmed before it was read', () => {
  test('is told at the entry behind it', async () => {
    const [redis, stream] = [await connect(server().url), newStream()];
    for (const value of ['a', 'b']) await add(stream, value);
    const reader = redis.stream({ [stream]: '0' }, { count: 1 });
    await take(reader, 1);
    for (const value of ['c', 'd', 'e']) await add(stream, value, 'MAXLEN', '2');
    const rest = await take(reader, 2);
    expect(rest.map(({ fields, afterGap }) => [fields['value'], afterGap])).toEqual([
      ['d', true],
      ['e', false],
    ]);
  });

  test('is told of the id that a reader begins behind, too', async () => {
    const [redis, stream] = [await connect(server().url), newStream()];
    const first = await add(stream, 'a');
    for (const value of ['b', 'c']) await add(stream, value, 'MAXLEN', '1');
    const [entry] = await take(redis.stream({ [stream]: first }), 1);
    expect(entry).toMatchObject({ fields: { value: 'c' }, afterGap: true });
  });
});

describe('a reader ends', () => {
  test('with its signal, with its client, and with `close()`, whether it waits or not', async () => {
    const [redis, stream] = [await connect(server().url), newStream()];
    await add(stream, 'a');
    const abort = new AbortController();
    const readers = [
      redis.stream({ [stream]: '$' }, { signal: abort.signal }),
      redis.stream({ [stream]: '$' }),
      redis.stream({ [stream]: '$' }),
    ];
    const [bySignal, byClose, byClient] = readers.map((reader) => reader.next());
    const idle = redis.stream({ [stream]: '0' });
    await take(idle, 1);
    await until(async () => (await waiting()) === 3);
    abort.abort();
    readers[1]!.close();
    expect(await Promise.all([bySignal, byClose])).toEqual([{ done: true }, { done: true }]);
    expect(await redis.close()).toEqual({ leasesOut: [] });
    expect(await byClient).toEqual({ done: true, value: undefined });
    expect(await idle.next()).toEqual({ done: true, value: undefined });
    expect(() => redis.stream({ [stream]: '0' })).toThrow(
      expect.objectContaining({ code: 'CLOSED' }) as Error,
    );
  });

  test('with its pool, which lends it one connection for all that it reads', async () => {
    const [redis, stream] = [pool(server().url), newStream()];
    await add(stream, 'a');
    const reader = redis.stream({ [stream]: '0' }, { count: 1 });
    expect(valuesOf(await take(reader, 1))).toEqual(['a']);
    const next = reader.next();
    await until(async () => (await waiting()) === 1);
    expect(redis.explain().counts.opened).toBe(1);
    expect(await redis.close()).toEqual({ leasesOut: [] });
    expect(await next).toEqual({ done: true, value: undefined });
    expect(() => redis.stream({ [stream]: '0' })).toThrow(
      expect.objectContaining({ code: 'CLOSED' }) as Error,
    );
  });

  test('with the refusal of the server, once', async () => {
    const [redis, key] = [await connect(server().url), newStream()];
    await server().inspect(['SET', key, 'no stream']);
    const reader = redis.stream({ [key]: '0' });
    expect(await failureOf(reader.next())).toMatchObject({ code: 'WRONGTYPE', outcome: 'refused' });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  test('when an entry is larger than a reply may be', async () => {
    const redis = await connect(server().url, { limits: { maxBulkBytes: 1_000 } });
    const stream = newStream();
    await add(stream, 'x'.repeat(2_000));
    expect(await failureOf(redis.stream({ [stream]: '0' }).next())).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  test('when the server refuses the client', async () => {
    const credentials = { username: 'stranger', password: 'wrong' };
    const reader = start(server().url, { credentials }).stream({ any: '0' });
    expect(await failureOf(reader.next())).toMatchObject({ code: 'NOT_CONNECTED', outcome: 'not-sent' });
  });

  test('when in the beginning all connections of its own are lent', async () => {
    const redis = await connect(server().url, { dedicated: { max: 1 }, timeoutMs: 200 });
    const stream = newStream();
    const first = redis.stream({ [stream]: '$' });
    void first.next();
    await until(async () => (await waiting()) === 1);
    expect(await failureOf(redis.stream({ [stream]: '$' }).next())).toMatchObject({
      code: expect.stringMatching(/^(?:DEADLINE|OVERLOADED)$/) as string,
      outcome: 'not-sent',
    });
  });
});

test('a reader that begins while no connection can be opened is not told that all are lent, and reads in the end', async () => {
  const proxy = await FaultProxy.start({ target: server().endpoint });
  onTestFinished(() => proxy.close());
  // Calls are given up sooner than a dial is.
  const redis = await connect(`redis://127.0.0.1:${proxy.port}`, {
    timeoutMs: 200,
    connectTimeoutMs: PATIENCE_MS,
  });
  const stream = newStream();
  void redis.stream({ [stream]: '$' }).next();
  await until(async () => (await waiting()) === 1);
  const open = proxy.add({ kind: 'accept-then-silence' });
  const next = redis.stream({ [stream]: '0' }).next();
  await until(() => (redis.explain().dedicated?.counts.timedOut ?? 0) > 0);
  open();
  await add(stream, 'first');
  expect(await next).toMatchObject({ value: { fields: { value: 'first' } } });
});

describe('a reader of a stream that is written to', () => {
  /** Reads all, while entries are added and something is hurt: every confirmed one is read once, in the order of the stream. */
  async function readsAll(
    url: string,
    options: RedisOptions,
    hurt: (read: () => number, redis: Redis) => Promise<void>,
  ): Promise<void> {
    const stream = newStream();
    const writer = await connect(server().url, OPTIONS);
    const load = new Load(5, (value) => writer.xadd(stream, '*', { value }), storing(stream));
    onTestFinished(() => load.stop());
    const read: StreamEntry[] = [];
    const redis = await connect(url, options);
    const abort = new AbortController();
    const reading = (async () => {
      for await (const entry of redis.stream({ [stream]: '0' }, { count: 7, signal: abort.signal })) {
        read.push(entry);
      }
    })();
    await until(() => read.length > 100);
    await hurt(() => read.length, redis);
    const before = read.length;
    await until(() => read.length > before + 100);
    await load.stop();
    const stored = (await server().inspect(['XLEN', stream])) as number;
    await until(() => read.length >= stored);
    abort.abort();
    await reading;
    const ids = (await writer.xrange(stream, '-', '+')).map(({ id }) => id);
    expect(read.map(({ id }) => id)).toEqual(ids);
    expect(read.some(({ afterGap }) => afterGap)).toBe(false);
    expect(load.history.checkLedger(stream, valuesOf(read) as string[])).toEqual([]);
  }

  test('and is killed and started again, three times', () =>
    readsAll(server().url, OPTIONS, async (read) => {
      for (let kills = 0; kills < 3; kills += 1) {
        await server().kill();
        await server().restart({ timeoutMs: PATIENCE_MS });
        const before = read();
        await until(() => read() > before);
      }
    }));

  test('and is stopped (SIGSTOP) for longer than it may be silent', () =>
    readsAll(
      server().url,
      { ...OPTIONS, stallAfterMs: 200, handshakeTimeoutMs: 200 },
      async (_read, redis) => {
        server().pause();
        await until(() => redis.state !== 'ready' && redis.explain().dedicated?.state !== 'ready');
        server().resume();
      },
    ));

  test('over a network that resets its connections', async () => {
    const proxy = await FaultProxy.start({ target: { host: '127.0.0.1', port: server().port } });
    onTestFinished(() => proxy.close());
    await readsAll(`redis://127.0.0.1:${proxy.port}`, OPTIONS, async (read) => {
      for (let resets = 0; resets < 10; resets += 1) {
        const before = read();
        await until(() => read() > before + 10);
        proxy.add({ kind: 'reset' });
      }
    });
  });
});

test('what cannot be meant is refused at once', async () => {
  const redis: Redis = await connect(server().url);
  for (const read of [
    () => redis.stream({}),
    () => redis.stream('orders' as never),
    () => redis.stream({ orders: 'soon' }),
    () => redis.stream({ orders: 1 as never }),
    () => redis.stream({ orders: '0' }, { count: 0 }),
    () => redis.stream({ orders: '0' }, { after: '$' } as never),
    () => redis.stream({ orders: '0' }, { buffers: 1 as never }),
  ]) {
    expect(read).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', outcome: 'not-sent' }) as Error);
  }
});
