import { resp } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { RedisWorld } from '../support/redis-world.ts';

// Nobody becomes the default user who has asked to be another.

const WRONG = /^ready: not connected .*parked/;

describe('a user without a password', () => {
  test('is who the handshake asks to be', async () => {
    const world = new RedisWorld({ credentials: { username: 'reader', password: '' } });
    const client = world.start({}, 'redis://reader@redis.test');
    await world.clock.waitFor(client.ready());
    expect(world.server(1).commands[0]?.text).toBe('HELLO 3 AUTH reader ');
  });

  test('is refused where one is needed, and not taken for the default user', async () => {
    const world = new RedisWorld({ credentials: { username: 'reader', password: 'secret' } });
    const client = world.start({ credentials: { username: 'reader' } });
    const error = await world.failureOf(client.ready());
    expect(error).toMatchObject({ code: 'NOT_CONNECTED', message: expect.stringMatching(WRONG) });
    expect(client.state).toBe('parked');
  });

  test('is asked for by AUTH of a server without HELLO', async () => {
    const world = new RedisWorld({ credentials: { username: 'reader', password: '' } });
    world.redis.on('HELLO', () => ({ bytes: resp.error("ERR unknown command 'HELLO'") }));
    const client = world.start({ credentials: { username: 'reader' } });
    await world.clock.waitFor(client.ready());
    expect(world.server(1).commands[1]?.text).toBe('AUTH reader ');
  });
});
