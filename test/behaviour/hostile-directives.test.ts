import { describe, expect, test } from 'vitest';
import { BehaviourWorld } from './scripted-behaviour.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The directive, one of whose fields can be read once. */
function readableOnce(directive: Fields, field: string): never {
  let reads = 0;
  const get = (): unknown => {
    reads += 1;
    if (reads > 1) throw new Error('read twice');
    return directive[field];
  };
  return Object.defineProperty({ ...directive }, field, { enumerable: true, get }) as never;
}

const ANSWER = { do: 'reply', value: 'pong', state: 'new' };
const TIMED = { ...ANSWER, idleTimeoutMs: 10, stateTimeout: { afterMs: 10, message: 'due' } };
const STOP = { do: 'stop', reason: 'normal', state: 'new', reply: 'pong' };
const FIELDS: readonly (readonly [string, Fields])[] = [
  ...Object.keys(TIMED).map((field) => [field, TIMED] as const),
  ...Object.keys(STOP).map((field) => [field, STOP] as const),
];

describe('a directive that is not what it seems', () => {
  test.each(FIELDS)('is looked at once: %s of %o', async (field, directive) => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', { handleCall: () => readableOnce(directive, field) });
    const asked = world.ask(handle, 'ping');
    await world.clock.settle();
    expect(asked).toEqual({ value: 'pong' });
  });

  test('is looked at once: afterMs of a backoff', async () => {
    const world = new BehaviourWorld();
    const backoff = { do: 'backoff', afterMs: 70, cause: new Error('why'), state: 'new' };
    const handle = await world.startIn('ready', {
      handleCast: (field, state) => ({ do: 'disconnect', info: field, state }),
      disconnect: (field) => readableOnce(backoff, String(field)),
      connect: (_, state) => ({ do: 'ok', state }),
    });
    for (const field of ['afterMs', 'cause']) {
      handle.cast(field);
      await world.clock.settle();
      expect(handle.explain()).toMatchObject({ nextAttemptInMs: 70, lastCause: 'why' });
    }
  });

  test('fails the callback when it cannot be read', async () => {
    const world = new BehaviourWorld();
    const unreadable = new Proxy({}, { ownKeys: () => 1 as never });
    const handle = await world.startIn('ready', { handleCast: () => unreadable as never });
    handle.cast('a');
    await world.clock.settle();
    expect([handle.state, world.warnings.length]).toEqual(['closed', 1]);
    expect(world.story.at(-1)).toMatch(/^terminate\(TypeError/);
  });

  test.each(['reply', 'no-reply'] as const)(
    'is not carried out in part: a reply besides %s',
    async (what) => {
      const world = new BehaviourWorld();
      const handle = await world.startIn('ready', {
        handleCall: () => ({ do: what, value: 'pong', state: 'new', reply: 'lost' }) as never,
      });
      const asked = world.ask(handle, 'ping');
      await world.clock.settle();
      expect(asked.error).toMatchObject({ code: 'CLOSED', outcome: 'unknown' });
      expect(asked.error?.cause).toMatchObject({
        code: 'INVALID_DIRECTIVE',
        message: `handleCall returned: expected no reply besides ${what}, got one`,
      });
    },
  );
});
