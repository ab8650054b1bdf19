import { Connection, type From } from 'hawser';
import { describe, expect, test } from 'vitest';
import { closing, Hanging } from './hanging.ts';
import { BehaviourWorld, type Handle } from './scripted-behaviour.ts';

/** The field by which a promise is known. */
// oxlint-disable-next-line unicorn/no-thenable -- that is what is tested
const THEN: string = 'then';

/** A behaviour that answers with whatever is made. */
async function answering(make: () => unknown): Promise<{ world: BehaviourWorld; handle: Handle }> {
  const world = new BehaviourWorld();
  const handle = await world.startIn('ready', {
    handleCall: (_, __, state) => ({ do: 'reply', value: make() as string, state }),
  });
  return { world, handle };
}

describe('an answer that is a promise', () => {
  test('is the answer when it is settled, and a close waits for it', async () => {
    const answer = new Hanging<string>();
    const { world, handle } = await answering(() => answer.promise);
    world.ask(handle, 'asked');
    await world.clock.settle();
    expect(handle.explain().unanswered).toBe(1);
    world.clock.setTimer(() => answer.settle('pong'), 30);
    expect(await closing(world, handle, 1_000)).toBe(30);
    expect(world.story.slice(1)).toEqual(['asked answered: pong', 'terminate(normal, old)']);
  });

  test('does not put off the deadline, and what it becomes later is ignored', async () => {
    const answer = new Hanging<string>();
    const { world, handle } = await answering(() => answer.promise);
    const asked = world.ask(handle, 'asked', { timeoutMs: 20 });
    await world.clock.advance(20);
    expect(asked.error).toMatchObject({ code: 'DEADLINE', outcome: 'unknown' });
    answer.fail(new Error('late'));
    await world.clock.settle();
    expect(world.warnings).toEqual([]);
  });

  test.each([
    ['an Error', new Error('broken'), 'broken'],
    ['something else', 'broken', 'what the call is refused with is no error: string'],
  ])('refuses the caller when it rejects with %s', async (_, reason, message) => {
    const { world, handle } = await answering(() => Promise.reject(reason));
    const asked = world.ask(handle, 'asked');
    await world.clock.settle();
    expect(asked.error).toMatchObject({ code: 'REFUSED', message: `call: ${message}` });
  });

  test('harms nobody when it rejects and the caller has left before', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {
      handleCall: async (_, __, state) => {
        await world.takes(50);
        return { do: 'reply', value: Promise.reject(new Error('too late')) as never, state };
      },
    });
    world.ask(handle, 'asked', { timeoutMs: 20 });
    await world.clock.advance(50);
    expect([world.story.at(-1), handle.state]).toEqual(['asked failed: DEADLINE unknown', 'ready']);
  });

  test('may be no promise of this language, and is settled once', async () => {
    const twice = {
      [THEN]: (resolve: (value: string) => void, reject: (error: Error) => void): void => {
        resolve('first');
        resolve('second');
        reject(new Error('third'));
      },
    };
    const { world, handle } = await answering(() => twice);
    const asked = world.ask(handle, 'asked');
    await world.clock.settle();
    expect(asked).toEqual({ value: 'first' });
  });

  test('that cannot even be asked whether it is one fails the call, and nothing else', async () => {
    const hostile = Object.defineProperty({}, THEN, {
      get: () => {
        throw new Error('no');
      },
    });
    const { world, handle } = await answering(() => hostile);
    const asked = world.ask(handle, 'asked');
    await world.clock.settle();
    expect([asked.error?.message, handle.state]).toEqual(['no', 'ready']);
  });
});

describe('refuse', () => {
  test.each([
    ['an Error', new Error('broken'), 'call: broken'],
    ['something else', 7, 'call: what the call is refused with is no error: number'],
    ['nothing', undefined, 'call: what the call is refused with is no error: undefined'],
  ])('takes whatever was caught: %s', async (_, caught: unknown, message) => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('ready', {
      handleCall: (__, from: From<string>, state) => {
        Connection.refuse(from, caught);
        return { do: 'no-reply', state };
      },
    });
    const asked = world.ask(handle, 'asked');
    await world.clock.settle();
    expect(asked.error).toMatchObject({ code: 'REFUSED', outcome: 'refused', message });
    expect(asked.error?.cause).toBeInstanceOf(Error);
  });
});
