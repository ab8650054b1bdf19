import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Connection, type CallDirective, type From, type MessageDirective } from 'hawser';
import { expect, test } from 'vitest';

interface Held {
  readonly bytes: Buffer;
}

/** Remembers, weakly, all that it was given and has returned. */
class Remembered extends Connection<Held, object, object, object> {
  static readonly seen: Map<string, WeakRef<object>> = new Map();

  override handleCall(request: object, from: From<object>, state: Held): CallDirective<Held, object> {
    seen('request', request);
    seen('from', from);
    seen('first state', state);
    return { do: 'reply', value: seen('answer', {}), state: seen('second state', { bytes: state.bytes }) };
  }

  override handleCast(message: object, state: Held): MessageDirective<Held> {
    seen('behaviour', this);
    seen('message', message);
    return { do: 'no-reply', state: seen('last state', { bytes: state.bytes }) };
  }

  override handleInfo(_: unknown): Promise<never> {
    return new Promise<never>(() => {});
  }
}

function seen<T extends object>(name: string, value: T): T {
  Remembered.seen.set(name, new WeakRef(value));
  return value;
}

/** The names of what is still there once garbage was collected. */
async function remaining(): Promise<string[]> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Whoever looks at a weak reference keeps what is behind it until the turn is over.
  await new Promise((resolve) => void setImmediate(resolve));
  collect();
  return [...Remembered.seen].filter(([, each]) => each.deref() !== undefined).map(([name]) => name);
}

test.each([
  ['has ended', false],
  ['was ended in the middle of a callback', true],
])('a handle keeps no call, no message and no old state; nor, when it %s, the last one', async (_, hangs) => {
  const handle = await Remembered.start({ bytes: Buffer.alloc(1) });
  await handle.call({});
  handle.cast({});
  await new Promise((resolve) => void setImmediate(resolve));
  expect(await remaining()).toEqual(['behaviour', 'last state']);
  if (hangs) handle.info('hang');
  await new Promise((resolve) => void setImmediate(resolve));
  await handle.close({ timeoutMs: 0 });
  expect(await remaining()).toEqual([]);
  expect(handle.state).toBe('closed');
});
