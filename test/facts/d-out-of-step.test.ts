import { resp } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { RedisWorld, endingOf } from '../support/redis-world.ts';

// A stream that is known to be out of step is closed, never resynchronised: nobody gets another's value.

/** What is no RESP, or not in its place. */
const VIOLATIONS: readonly [string, string][] = [
  ['an integer with a letter in it', ':4x2\r\n'],
  ['a bulk without CRLF behind it', '$2\r\nabcd'],
  ['a bulk that ends with LF alone', '$2\r\nab\n+OK\r\n'],
  ['an array of negative length', '*-2\r\n'],
  ['a bulk of negative length', '$-2\r\n'],
  ['an unknown type', '@1\r\n'],
  ['a length without digits', '$\r\n'],
  ['a line that ends with LF alone', '+OK\n'],
  ['an inner element of an unknown type', '*2\r\n:1\r\n?1\r\n'],
  ['a page of HTML', '<html>'],
];

describe('a reply while nothing is in flight', () => {
  test.each([
    ['a whole one', '$5\r\nstray\r\n'],
    ['an error', '-ERR stray\r\n'],
    ['the start of one', '$5\r\nst'],
    ['an attribute and a reply', '|1\r\n+a\r\n:1\r\n:2\r\n'],
    ...VIOLATIONS,
  ])('%s: the socket is closed, and the next call gets its own', async (_, bytes) => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.server(1).send(bytes);
    await world.clock.advance(1);
    expect(world.wire(1).isOpen).toBe(false);
    expect(await world.clock.waitFor(client.command(['ECHO', 'own']))).toBe('own');
    expect(client.explain().transitions.find(({ to }) => to === 'backing-off')?.cause).toMatch(/^expected /);
  });

  test('the rest of it is never taken for the answer to a call that was made meanwhile', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.server(1).send('$5\r\nst');
    await world.clock.advance(1);
    const call = endingOf(client.command(['ECHO', 'own']));
    world.server(1).send('ray\r\n');
    expect(await world.clock.waitFor(call)).toEqual({ value: 'own' });
  });

  test('one too many behind those that were due: those are answered, and the socket is closed', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('ECHO', ({ run }) => ({ bytes: [run(), resp.bulk('stray')] }));
    expect(await world.clock.waitFor(client.command(['ECHO', 'first']))).toBe('first');
    expect(world.wire(1).isOpen).toBe(false);
    world.redis.on('ECHO', () => undefined);
    expect(await world.clock.waitFor(client.command(['ECHO', 'second']))).toBe('second');
  });

  test('what waits and was not handed over gets it neither', async () => {
    const world = new RedisWorld({ kernelBufferBytes: 1_024 });
    const client = await world.connect();
    world.wire(1).stopReading();
    const large = endingOf(client.set('key', 'x'.repeat(5_000)));
    const waiting = endingOf(client.command(['ECHO', 'own']));
    await world.clock.advance(1);
    world.server(1).send('+OK\r\n+stray\r\n');
    expect(await world.clock.waitFor(large)).toEqual({ value: 'OK' });
    expect(world.wire(1).isOpen).toBe(false);
    expect(await world.clock.waitFor(waiting)).toEqual({ value: 'own' });
  });
});

describe.each(VIOLATIONS)('%s in the place of a reply', (_, bytes) => {
  test('the call at the head is told PROTOCOL_VIOLATION, the others CONNECTION_LOST, and reads behind it are asked again', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.data().set('behind', Buffer.from('value'));
    world.redis.on('ECHO', () => ({ bytes }));
    const [before, head, write, read] = await world.endings<unknown>([
      client.incr('before'),
      client.command(['ECHO', 'head'], { retry: 'always' }),
      client.incr('write'),
      client.get('behind'),
    ]);
    expect(before).toEqual({ value: 1 });
    expect(head).toMatchObject({
      error: { code: 'PROTOCOL_VIOLATION', outcome: 'unknown', command: 'ECHO' },
    });
    expect(write).toMatchObject({ error: { code: 'CONNECTION_LOST', outcome: 'unknown', command: 'INCR' } });
    expect(read).toEqual({ value: 'value' });
    expect(world.wire(1).isOpen).toBe(false);
    await world.clock.advance(60_000);
    expect(world.redis.timesReceived('head')).toBe(1);
  });

  test('a read that was answered so is not repeated', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('GET', () => ({ bytes }));
    expect(await world.failureOf(client.get('key'))).toMatchObject({
      code: 'PROTOCOL_VIOLATION',
      outcome: 'unknown',
    });
    await world.clock.advance(60_000);
    expect(world.redis.timesReceived('key')).toBe(1);
  });

  test('byte by byte it is the same', async () => {
    const world = new RedisWorld({ toClient: { slicing: 'each-byte' } });
    const client = await world.connect();
    world.redis.on('GET', () => ({ bytes }));
    expect(await world.failureOf(client.get('key'))).toMatchObject({ code: 'PROTOCOL_VIOLATION' });
    expect(world.wire(1).isOpen).toBe(false);
  });
});

describe('a ping that is answered with', () => {
  test.each([
    ["another's nonce", resp.bulk('1-0')],
    ['nobody’s reply', resp.bulk('value')],
    ['PONG', resp.simple('PONG')],
    ['a number', resp.integer(1)],
  ])('%s shows that the stream is out of step: the socket is closed', async (_, bytes) => {
    const world = new RedisWorld();
    const client = await world.connect();
    const honest = world.redis.on('PING', () => ({ bytes }));
    await world.clock.advance(1_510);
    honest();
    expect(world.wire(1).isOpen).toBe(false);
    expect(await world.clock.waitFor(client.command(['ECHO', 'own']))).toBe('own');
    expect(client.explain().transitions.find(({ to }) => to === 'backing-off')?.cause).toMatch(/out of step/);
  });
});

test('of a wrong answer to a ping the call behind it is not guilty: a read is asked again', async () => {
  const world = new RedisWorld();
  const client = await world.connect();
  const honest = world.redis.on('PING', () => ({ bytes: resp.bulk('nonsense') }));
  world.clock.setTimer(() => honest(), 1_510);
  await world.clock.advance(1_500);
  const read = endingOf(client.command(['ECHO', 'own']));
  expect(await world.clock.waitFor(read)).toEqual({ value: 'own' });
  expect(world.network.dials).toHaveLength(2);
});

test('an answer that was left out, to a caller who has gone: nobody gets the next one in its place', async () => {
  const world = new RedisWorld();
  const client = await world.connect();
  const abort = new AbortController();
  world.redis.on('GET', () => 'silence');
  const lost = endingOf(client.command(['GET', 'lost'], { signal: abort.signal, retry: 'never' }));
  await world.clock.advance(10);
  abort.abort();
  expect(await world.clock.waitFor(lost)).toMatchObject({ error: { code: 'ABORTED' } });
  await world.clock.advance(3_000);
  expect(world.wire(1).isOpen).toBe(false);
  expect(await world.clock.waitFor(client.command(['ECHO', 'own']))).toBe('own');
});

describe('a reply beyond a limit', () => {
  test.each([
    ['maxBulkBytes', '$1001\r\n'],
    ['maxLineBytes', `+${'x'.repeat(1_001)}`],
    ['maxNesting', '*1\r\n'.repeat(1_001)],
    ['maxReplyBytes', '*1000\r\n'],
  ] as const)(
    '%s: LIMIT_EXCEEDED, which names it; the socket is closed and the read not repeated',
    async (limit, bytes) => {
      const world = new RedisWorld();
      const client = await world.connect({ limits: { [limit]: 1_000 } });
      world.redis.on('GET', () => ({ bytes }));
      world.redis.data().set('own', Buffer.from('value'));
      const [head, behind] = await world.endings<unknown>([client.get('key'), client.mget(['own'])]);
      expect(head).toMatchObject({ error: { code: 'LIMIT_EXCEEDED', outcome: 'unknown', command: 'GET' } });
      expect(head).toMatchObject({ error: { message: expect.stringContaining(limit) as string } });
      expect(behind).toEqual({ value: ['value'] });
      expect(world.wire(1).isOpen).toBe(false);
      await world.clock.advance(60_000);
      expect(world.redis.timesReceived('key')).toBe(1);
    },
  );
});
