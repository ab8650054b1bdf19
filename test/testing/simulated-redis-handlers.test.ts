import { resp } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { expectNothingLeft } from '../support/leaks.ts';
import { makeWorld } from './simulated-redis-stage.ts';

describe('what makes no sense is refused', () => {
  test('a behaviour', () => {
    const { redis } = makeWorld();
    for (const behaviour of ['asleep', { raw: 1 }, null] as unknown as 'normal'[]) {
      expect(() => redis.script('normal', behaviour)).toThrow(
        /^a connection behaves as one of normal, .*, as \{ raw \} or as a handler says, not as /,
      );
      expect(() => makeWorld({ script: [behaviour] })).toThrow(TypeError);
    }
  });

  test('a handler that is none', () => {
    expect(() => makeWorld().redis.on('GET', 'silence' as unknown as () => 'silence')).toThrow(
      'on(GET): expected a function that answers',
    );
  });

  test.each([resp.simple('OK'), Promise.resolve('end'), 'nothing', { bytes: 1 }])(
    'an answer of a handler: %s',
    async (answer) => {
      const { connect, redis } = makeWorld();
      redis.on('PING', () => answer as 'silence');
      const client = await connect();
      await expect(client.ask('PING')).rejects.toThrow(
        /^a handler answers 'silence', 'end', 'reset', \{ bytes \} or undefined, not /,
      );
    },
  );
});

describe('handlers', () => {
  test('replace an answer by raw bytes, with or without the effect', async () => {
    const { connect, redis } = makeWorld();
    const client = await connect();
    const remove = redis.on('incr', ({ run, count }) =>
      count === 1 ? { bytes: ':4x2\r\n' } : { bytes: [resp.push('message', 'channel', 'hello'), run()] },
    );
    expect(await client.ask('INCR n')).toBe(':4x2\r\n');
    expect(redis.timesApplied('n')).toBe(0);
    expect(await client.ask('INCR n')).toBe('>3\r\n$7\r\nmessage\r\n$7\r\nchannel\r\n$5\r\nhello\r\n:1\r\n');
    remove();
    expect(await client.ask('INCR n')).toBe(':2\r\n');
  });

  test('silence leaves one command unanswered and goes on with the next', async () => {
    const { connect, redis } = makeWorld();
    redis.on('GET', ({ command }) => (String(command.args[0]) === 'lost' ? 'silence' : undefined));
    const client = await connect();
    expect(await client.ask('GET lost\nPING\nGET k')).toBe('+PONG\r\n$-1\r\n');
  });

  test('a connection may die after the effect and before the reply, or in the middle of it', async () => {
    const { connect, redis } = makeWorld();
    redis.on('INCR', ({ run, count }) => {
      const reply = run();
      return count === 1 ? 'reset' : { bytes: reply.subarray(0, 2), afterwards: 'end' };
    });
    const first = await connect();
    expect(await first.ask('INCR n\nINCR n')).toBe('');
    expect([first.lost, redis.timesReceived('n'), redis.timesApplied('n')]).toEqual([
      'read ECONNRESET',
      2,
      1,
    ]);
    const second = await connect();
    expect(await second.ask('INCR n')).toBe(':2');
    expect([second.lost, redis.connections.map(({ isOpen }) => isOpen)]).toEqual([
      'The peer ended the stream.',
      [false, false],
    ]);
  });

  test('a delayed answer holds up the commands behind it on its connection, and no other', async () => {
    const { clock, connect, redis } = makeWorld();
    redis.on('ECHO', ({ run }) => ({ bytes: run(), afterMs: 100 }));
    const client = await connect();
    const other = await connect();
    expect(await client.ask('ECHO a\nPING')).toBe('');
    expect(await other.ask('PING')).toBe('+PONG\r\n');
    expect(redis.commands.map(({ atMs }) => atMs)).toEqual([1, 1, 3]);
    expect([redis.pendingTimers, clock.pendingTimers]).toEqual([1, 1]);
    await clock.advance(96);
    expect(client.received).toBe('');
    await clock.advance(2);
    expect(client.received).toBe('$1\r\na\r\n+PONG\r\n');
    expect(redis.pendingTimers).toBe(0);
  });

  test('commands behind a delay still run when the client ends the stream, and do not when it is reset', async () => {
    const { clock, connect, redis, peer, network } = makeWorld();
    redis.on('ECHO', ({ run }) => ({ bytes: run(), afterMs: 100 }));
    const ending = await connect();
    await ending.ask('ECHO a\nINCR ended');
    ending.transport.destroy();
    const resetting = await connect();
    await resetting.ask('ECHO a\nINCR reset');
    peer(2).cut({ direction: 'to-client' });
    await clock.advance(10);
    expect([redis.timesApplied('ended'), redis.timesApplied('reset')]).toEqual([1, 0]);
    expectNothingLeft({ clock, network, redis });
  });

  test('* is asked about every command that has no handler of its own', async () => {
    const { connect, redis } = makeWorld();
    redis.on('*', () => ({ bytes: resp.error('BUSY Redis is busy running a script.') }));
    redis.on('PING', () => undefined);
    const client = await connect();
    expect(await client.ask('PING\nGET k')).toBe('+PONG\r\n-BUSY Redis is busy running a script.\r\n');
  });
});

describe('the script of connections', () => {
  test('gives each its own behaviour, then the normal one', async () => {
    const { connect, redis } = makeWorld({ script: ['refuse-auth', 'loading', 'no-hello'] });
    redis.script('silent', { raw: 'HTTP/1.1 400 Bad Request\r\n\r\n' }, ({ count }) =>
      count === 2 ? { bytes: '+second\r\n' } : undefined,
    );
    const replies: string[] = [];
    for (let attempt = 1; attempt <= 7; attempt += 1) {
      const client = await connect();
      replies.push(
        (await client.ask('HELLO 3 AUTH default x\nPING')).replaceAll(/\r\n(?!$)/g, ' ').trimEnd(),
      );
    }
    const greeting = expect.stringMatching(/^%7 .*\+PONG$/);
    expect(replies).toEqual([
      '-WRONGPASS invalid username-password pair or user is disabled. +PONG',
      '-LOADING Redis is loading the dataset in memory -LOADING Redis is loading the dataset in memory',
      expect.stringMatching(/^-ERR unknown command 'HELLO', with args .* \+PONG$/),
      '',
      'HTTP/1.1 400 Bad Request',
      expect.stringMatching(/^%7 .*\+second$/),
      greeting,
    ]);
    expect(redis.connections[3]?.commands).toHaveLength(2);
  });

  test.each(['end', 'reset'] as const)('can %s a connection as soon as it is accepted', async (behaviour) => {
    const { clock, connect, redis } = makeWorld({ script: [behaviour] });
    const client = await connect();
    await client.ask('PING');
    await clock.advance(5);
    expect(client.lost).not.toBe('');
    expect([redis.commands, redis.connections[0]?.isOpen]).toEqual([[], false]);
  });
});

test('bytes that answer nothing can be sent at any time', async () => {
  const { clock, connect, redis } = makeWorld();
  const client = await connect();
  redis.connections[0]?.send(resp.push('invalidate', 'k'));
  redis.connections[0]?.send('$3\r\nabcXX');
  await clock.advance(1);
  expect(client.received).toBe('>2\r\n$10\r\ninvalidate\r\n$1\r\nk\r\n$3\r\nabcXX');
});
