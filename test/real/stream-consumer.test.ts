import { describe, expect, test } from 'vitest';
import { redisServer } from '../support/redis.ts';
import { connect, failureOf, PATIENCE_MS, start, until } from './clients.ts';
import { addTo, consume, newStream, pendingIn } from './consuming.ts';

const server = redisServer({ appendOnly: true });

function add(stream: string, ...values: string[]): Promise<string[]> {
  return addTo(server(), stream, values);
}

function pending(stream: string): Promise<number> {
  return pendingIn(server(), stream);
}

/** A promise that is resolved from outside. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('a consumer of a group', () => {
  test('makes the group, hands each entry to its handler, and acknowledges what was handled', async () => {
    const [redis, stream] = [await connect(server().url), newStream()];
    const [first] = await add(stream, 'a', 'b');
    const seen: unknown[] = [];
    const consumer = consume(redis, {
      stream,
      handler: ({ id, fields, deliveries, signal }) =>
        seen.push([id, fields['value'], deliveries, signal.aborted]),
    });
    await until(() => seen.length === 2);
    await add(stream, 'c');
    await until(() => consumer.explain().counts.handled === 3);
    await until(async () => (await pending(stream)) === 0);
    expect(seen[0]).toEqual([first, 'a', 1, false]);
    expect(consumer.explain()).toMatchObject({
      state: 'running',
      counts: { handled: 3, failed: 0, dead: 0, redelivered: 0 },
      lastError: undefined,
    });
    expect(await consumer.close()).toEqual({ unfinished: [] });
    expect(consumer.state).toBe('closed');
    await consumer.finished();
  });

  test('handles as many at a time as it may, and bytes where they are asked for', async () => {
    const [redis, stream] = [await connect(server().url), newStream()];
    await add(stream, 'a', 'b', 'c', 'd', 'e', 'f');
    const [hold, seen] = [gate(), new Set<Buffer | undefined>()];
    const consumer = redis.consumer({
      stream,
      group: 'group',
      consumer: 'one',
      createGroup: '0',
      concurrency: 4,
      buffers: true,
      handler: async ({ fields }) => {
        seen.add(fields['value']);
        await hold.opened;
      },
    });
    await until(() => seen.size === 4);
    expect(consumer.explain().handling).toHaveLength(4);
    expect(await pending(stream)).toBe(4);
    hold.open();
    await until(() => consumer.explain().counts.handled === 6);
    expect([...seen][0]).toEqual(Buffer.from('a'));
    await consumer.close();
  });

  test('begins with what it had begun with in an earlier life', async () => {
    const stream = newStream();
    await add(stream, 'a', 'b');
    const hold = gate();
    const first = await connect(server().url);
    const dying = consume(first, { stream, concurrency: 2, handler: () => hold.opened });
    await until(() => dying.explain().handling.length === 2);
    expect((await first.close({ timeoutMs: 0 })).leasesOut.length).toBeLessThan(2);
    expect((await dying.close()).unfinished).toHaveLength(2);
    await add(stream, 'c');
    const seen: (string | number | undefined)[] = [];
    const consumer = consume(await connect(server().url), {
      stream,
      handler: ({ fields, deliveries }) => seen.push(fields['value'], deliveries),
    });
    await until(() => seen.length === 6);
    expect(seen).toEqual(['a', 2, 'b', 2, 'c', 1]);
    expect(consumer.explain().counts).toMatchObject({ redelivered: 2 });
  });
});

test('a consumer waits for a connection of its own, and tells so', async () => {
  const redis = await connect(server().url, { dedicated: { max: 1 }, timeoutMs: 100 });
  const stream = newStream();
  await add(stream, 'a');
  const hold = gate();
  const held = redis.dedicated(() => hold.opened);
  const consumer = consume(redis, { stream });
  const codes = new Set<unknown>();
  consumer.onError(({ error }) => codes.add((error as { code: string }).code));
  await until(() => codes.size > 0);
  expect(['DEADLINE', 'OVERLOADED']).toEqual(expect.arrayContaining([...codes]));
  hold.open();
  await held;
  await until(() => consumer.explain().counts.handled === 1);
});

describe('an entry that is not acknowledged', () => {
  test('since its handler threw, is delivered again when it was idle for long enough; the listener is told', async () => {
    const [redis, stream] = [await connect(server().url), newStream()];
    const [id] = await add(stream, 'a');
    const deliveries: number[] = [];
    const consumer = consume(redis, {
      stream,
      claimIdleMs: 50,
      handler: (delivery) => {
        deliveries.push(delivery.deliveries);
        if (delivery.deliveries < 3) throw new TypeError('not now');
      },
    });
    const failures: unknown[] = [];
    consumer.onError((failure) => failures.push(failure));
    await until(() => consumer.explain().counts.handled === 1);
    expect(deliveries).toEqual([1, 2, 3]);
    expect(failures).toEqual([1, 2].map(() => ({ id, error: new TypeError('not now') })));
    await until(async () => (await pending(stream)) === 0);
  });

  test('goes elsewhere when it was delivered too often', async () => {
    const [redis, stream] = [await connect(server().url), newStream()];
    await add(stream, 'poison');
    const dead: unknown[] = [];
    const consumer = consume(redis, {
      stream,
      claimIdleMs: 30,
      maxDeliveries: 2,
      handler: () => Promise.reject(new Error('poison')),
      onDead: ({ fields, deliveries }) => dead.push([fields['value'], deliveries]),
    });
    await until(async () => dead.length === 1 && (await pending(stream)) === 0);
    expect(dead).toEqual([['poison', 3]]);
    expect(consumer.explain().counts).toMatchObject({ handled: 0, failed: 2, dead: 1 });
  });

  test('of a consumer that has died is taken over by another', async () => {
    const stream = newStream();
    const ids = await add(stream, 'a', 'b', 'c');
    const hold = gate();
    const first = await connect(server().url);
    const dying = consume(first, { stream, concurrency: 3, handler: () => hold.opened });
    await until(() => dying.explain().handling.length === 3);
    await first.close({ timeoutMs: 0 });
    const seen: string[] = [];
    consume(await connect(server().url), {
      stream,
      consumer: 'two',
      claimIdleMs: 100,
      handler: ({ id, deliveries }) => seen.push(`${id} ${deliveries}`),
    });
    await until(async () => seen.length === 3 && (await pending(stream)) === 0);
    expect(seen).toEqual(ids.map((id) => `${id} 2`));
  });

  test('and was deleted meanwhile is not pending for ever, and handled by nobody', async () => {
    const [redis, stream] = [await connect(server().url), newStream()];
    const [id] = await add(stream, 'a');
    let calls = 0;
    const consumer = consume(redis, {
      stream,
      claimIdleMs: 30,
      handler: () => {
        calls += 1;
        throw new Error('no');
      },
    });
    await until(() => consumer.explain().counts.failed > 0);
    await server().inspect(['XDEL', stream, id!]);
    await until(async () => (await pending(stream)) === 0);
    const before = calls;
    await add(stream, 'b');
    await until(() => calls > before);
  });

  test('is told when others may take it over', async () => {
    const [redis, stream] = [await connect(server().url), newStream()];
    await add(stream, 'a');
    const reasons: unknown[] = [];
    consume(redis, {
      stream,
      claimIdleMs: 50,
      handler: ({ signal }) =>
        new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            reasons.push(signal.reason);
            resolve();
          });
        }),
    });
    await until(() => reasons.length === 1);
    expect(reasons[0]).toMatchObject({
      code: 'DEADLINE',
      message: expect.stringContaining('50 ms') as string,
    });
  });
});

describe('a group that is gone', () => {
  test.each([
    ['is destroyed', (stream: string) => ['XGROUP', 'DESTROY', stream, 'group']],
    ['is deleted with its stream', (stream: string) => ['DEL', stream]],
  ])('since it %s, is made again', async (_how, command) => {
    const [redis, stream] = [await connect(server().url), newStream()];
    await add(stream, 'a');
    const seen: unknown[] = [];
    const consumer = consume(redis, { stream, handler: ({ fields }) => seen.push(fields['value']) });
    const failures: unknown[] = [];
    consumer.onError(({ error }) => failures.push(error));
    await until(async () => seen.length === 1 && (await pending(stream)) === 0);
    await server().inspect(command(stream));
    await add(stream, 'b');
    await until(() => seen.includes('b'));
    expect(failures).toContainEqual(expect.objectContaining({ code: 'NOGROUP' }));
    expect(consumer.state).toBe('running');
  });

  test('ends a consumer that does not make it', async () => {
    const [redis, stream] = [await connect(server().url), newStream()];
    const consumer = consume(redis, { stream, createGroup: undefined });
    expect(await failureOf(consumer.finished())).toMatchObject({ code: 'NOGROUP', outcome: 'refused' });
    expect(consumer.explain()).toMatchObject({
      state: 'closed',
      lastError: expect.stringContaining('NOGROUP') as string,
    });
    expect(await consumer.close()).toEqual({ unfinished: [] });
  });
});

describe('a consumer ends', () => {
  test('when its handlers are done and acknowledged, and reads nothing more', async () => {
    const [redis, stream] = [await connect(server().url), newStream()];
    await add(stream, 'a', 'b');
    const hold = gate();
    const consumer = consume(redis, { stream, handler: () => hold.opened });
    await until(() => consumer.explain().handling.length === 1);
    const closing = consumer.close();
    expect(consumer.state).toBe('draining');
    hold.open();
    expect(await closing).toEqual({ unfinished: [] });
    expect(consumer.explain().counts.handled).toBe(1);
    expect(await pending(stream)).toBe(0);
  });

  test('at its deadline, and tells what is not done: that stays pending, whatever its handler does later', async () => {
    const [redis, stream] = [await connect(server().url), newStream()];
    const ids = await add(stream, 'a');
    const hold = gate();
    let reason: unknown;
    const consumer = consume(redis, {
      stream,
      handler: async ({ signal }) => {
        await hold.opened;
        reason = signal.reason;
      },
    });
    await until(() => consumer.explain().handling.length === 1);
    expect(await consumer.close({ timeoutMs: 20 })).toEqual({ unfinished: ids });
    hold.open();
    await until(() => reason !== undefined);
    expect(reason).toMatchObject({ code: 'CLOSED' });
    expect(await redis.ping()).toBe('PONG');
    expect(await pending(stream)).toBe(1);
  });

  test('before its client does, whose calls its handlers may need', async () => {
    const [redis, stream] = [await connect(server().url), newStream()];
    await add(stream, 'a');
    const hold = gate();
    const consumer = consume(redis, {
      stream,
      handler: async ({ id }) => {
        await hold.opened;
        await redis.set(`${stream}-done`, id);
      },
    });
    await until(() => consumer.explain().handling.length === 1);
    const closing = redis.close();
    expect(() => redis.stream({ [stream]: '0' })).toThrow(
      expect.objectContaining({ code: 'CLOSED' }) as Error,
    );
    hold.open();
    expect(await closing).toEqual({ leasesOut: [] });
    await consumer.finished();
    expect(await server().inspect(['EXISTS', `${stream}-done`])).toBe(1);
    expect(await pending(stream)).toBe(0);
  });

  test('with its signal, also when that has fired before', async () => {
    const [redis, stream] = [await connect(server().url), newStream()];
    const abort = new AbortController();
    const consumer = consume(redis, { stream, signal: abort.signal });
    await until(async () => String(await server().inspect(['CLIENT', 'LIST'])).includes('cmd=xreadgroup'));
    abort.abort();
    await consumer.finished();
    await consume(redis, { stream, signal: abort.signal }).finished({ timeoutMs: PATIENCE_MS });
    expect(await redis.dedicated((own) => own.ping())).toBe('PONG');
    expect(redis.explain().dedicated?.counts).toMatchObject({ opened: 1, closed: { broken: 0 } });
  });

  test('when the server refuses the client, or the key is no stream', async () => {
    const credentials = { username: 'stranger', password: 'wrong' };
    const refused = consume(start(server().url, { credentials }), { stream: 'any' });
    expect(await failureOf(refused.finished())).toMatchObject({ code: 'NOT_CONNECTED' });
    const [redis, key] = [await connect(server().url), newStream()];
    await server().inspect(['SET', key, 'no stream']);
    expect(await failureOf(consume(redis, { stream: key }).finished())).toMatchObject({ code: 'WRONGTYPE' });
  });
});

test('what cannot be meant is refused at once', async () => {
  const redis = await connect(server().url);
  const good = { stream: 's', group: 'g', consumer: 'c', handler: () => {} };
  for (const change of [
    { stream: 1 },
    { group: undefined },
    { consumer: null },
    { handler: 'handler' },
    { concurrency: 0 },
    { claimIdleMs: 0 },
    { claimIdleMs: Number.NaN },
    { createGroup: 'end' },
    { maxDeliveries: 3 },
    { onDead: () => {} },
    { maxDeliveries: 0, onDead: () => {} },
    { buffers: 'yes' },
    { count: 10 },
    { signal: {} },
  ]) {
    expect(() => redis.consumer({ ...good, ...change } as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', outcome: 'not-sent' }) as Error,
    );
  }
});
