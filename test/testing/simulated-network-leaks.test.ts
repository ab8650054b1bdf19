import { SimulatedRedis, SimulatedNetwork } from 'hawser/testing';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { expectNothingLeft, type VirtualWorld } from '../support/leaks.ts';

const REQUEST = { endpoint: { path: '/run/redis.sock' }, startTlsLater: false };

function makeWorld(): Required<VirtualWorld> {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ clock });
  const redis = new SimulatedRedis({ clock });
  network.listen(REQUEST.endpoint, redis.accept);
  return { clock, network, redis };
}

test('nothing is left of a connection that was closed, though its last bytes are still on their way', async () => {
  const world = makeWorld();
  const { clock, network, redis } = world;
  const transport = await clock.waitFor(network.dial({ ...REQUEST, signal: new AbortController().signal }));
  transport.attach({ onData: (bytes) => bytes.length, onRoom: () => undefined, onLost: () => undefined });
  transport.write('*1\r\n$4\r\nPING\r\n', 14);
  transport.destroy();
  expect(clock.pendingTimers).toBe(1);
  expectNothingLeft(world);
  await clock.advance(5);
  expect([redis.commands.length, clock.pendingTimers]).toEqual([1, 0]);
  expectNothingLeft(world);
});

test('a timer that was left is named', () => {
  const world = makeWorld();
  world.clock.setTimer(function stallCheck() {}, 30);
  expect(() => expectNothingLeft(world)).toThrow(/30 ms: function stallCheck/);
});

test('an open transport, a pending dial, misuse and violations are found', async () => {
  const open = makeWorld();
  await open.clock.waitFor(open.network.dial({ ...REQUEST, signal: new AbortController().signal }));
  expect(() => expectNothingLeft(open)).toThrow('1 transports are open');

  const dialling = makeWorld();
  const abort = new AbortController();
  const dialled = dialling.network.dial({ ...REQUEST, signal: abort.signal });
  expect(() => expectNothingLeft(dialling)).toThrow('1 dials are pending');
  abort.abort();
  await expect(dialled).rejects.toThrow('given up');
  expectNothingLeft(dialling);

  const misused = makeWorld();
  misused.network.misuses.push('cork() while corked');
  expect(() => expectNothingLeft(misused)).toThrow('cork() while corked');

  const violated = makeWorld();
  violated.redis.violations.push('a command without a word');
  expect(() => expectNothingLeft(violated)).toThrow('a command without a word');
});
