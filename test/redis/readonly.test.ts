import { resp, type SimulatedRedisHandler } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { RedisWorld } from '../support/redis-world.ts';

/** What the server answers to READONLY. */
function answering(bytes: Uint8Array): SimulatedRedisHandler {
  return ({ command: { name } }) => (name === 'READONLY' ? { bytes } : undefined);
}

function worldOf(bytes: Uint8Array): RedisWorld {
  return new RedisWorld({ script: Array.from({ length: 20 }, () => answering(bytes)) });
}

const OK = resp.simple('OK');
const NO_CLUSTER = resp.error('ERR This instance has cluster support disabled');

describe('with `readonly`', () => {
  test('the handshake says READONLY, on each connection anew, before any call', async () => {
    const world = worldOf(OK);
    const client = await world.connect({ readonly: true });
    expect(await world.clock.waitFor(client.get('missing'))).toBeNull();
    world.server(1).reset();
    await world.clock.advance(200);
    expect(await world.clock.waitFor(client.get('missing'))).toBeNull();
    for (const connection of [1, 2]) {
      expect(world.received(connection)).toEqual(['READONLY', 'GET missing']);
    }
  });

  test('so do the connections that are lent', async () => {
    const world = worldOf(OK);
    const pool = world.pool({ readonly: true });
    expect(await world.clock.waitFor(pool.get('missing'))).toBeNull();
    expect(world.received(1)).toEqual(['READONLY', 'GET missing']);
  });

  test('a replica will do', async () => {
    const world = worldOf(OK);
    world.redis.on('HELLO', ({ run }) => ({
      bytes: run().toString('latin1').replace('$6\r\nmaster', '$7\r\nreplica'),
    }));
    const client = await world.connect({ readonly: true });
    expect(client.state).toBe('ready');
  });

  test('a server that is in no cluster will do as well', async () => {
    const world = worldOf(NO_CLUSTER);
    const client = await world.connect({ readonly: true });
    expect(await world.clock.waitFor(client.get('missing'))).toBeNull();
  });

  test('one that does not allow it is refused: reads would be sent elsewhere', async () => {
    const world = worldOf(resp.error("NOPERM this user has no permissions to run the 'readonly' command"));
    const client = world.start({ readonly: true });
    expect(await world.failureOf(client.ready({ timeoutMs: 1_000 }))).toMatchObject({
      code: 'NOT_CONNECTED',
      cause: { code: 'HANDSHAKE_REFUSED', message: expect.stringMatching(/^READONLY: NOPERM/) as string },
    });
    expect(client.state).toBe('parked');
  });
});

test('without it, nobody says READONLY', async () => {
  const world = worldOf(OK);
  await world.connect({ role: 'any' });
  expect(world.received(1)).toEqual([]);
});

test.each([
  [
    { readonly: true, role: 'primary' },
    "option role: expected 'replica' or 'any' beside readonly, got string",
  ],
  [{ readonly: 'yes' }, 'option readonly: expected true or false, got string'],
])('%j is refused by name', (options, message) => {
  const world = new RedisWorld();
  expect(() => world.start(options as object)).toThrow(message);
});
