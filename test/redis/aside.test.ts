import { expect, test } from 'vitest';
import { asideOn } from '../../src/redis/aside.ts';
import { RedisWorld } from '../support/redis-world.ts';

test('what is asked after the first answer is asked on the same connection, or not at all', async () => {
  const world = new RedisWorld();
  const client = await world.connect({ whenDownWaitMs: 60_000 });
  const askAside = asideOn(
    () => client,
    (command, limits) => client.command(command, limits),
  );
  const conversation = askAside(async (ask) => {
    expect(await ask(['ECHO', 'one'])).toBe('one');
    expect(await ask(['ECHO', 'two'])).toBe('two');
    const isBack = new Promise<void>((resolve) => client.onState(({ to }) => to === 'ready' && resolve()));
    world.server(1).reset();
    await isBack;
    return ask(['ECHO', 'three']);
  });
  expect(await world.failureOf(conversation)).toMatchObject({ code: 'ABORTED', outcome: 'not-sent' });
  expect(world.received(1)).toEqual(['ECHO one', 'ECHO two']);
  expect(world.received(2)).toEqual([]);
});

test('what is asked first waits for a connection, as a call does', async () => {
  const world = new RedisWorld();
  const client = world.start();
  const askAside = asideOn(
    () => client,
    (command, limits) => client.command(command, limits),
  );
  const answers = askAside(async (ask) => [await ask(['ECHO', 'one']), await ask(['ECHO', 'two'])]);
  expect(await world.clock.waitFor(answers)).toEqual(['one', 'two']);
});
