import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/core/system-clock.ts';

// A connection is often opened by the first request that needs it, and outlives that request.

const storage = new AsyncLocalStorage<object>();

test('a timer does not keep the async context in which it was set', async () => {
  const seen = await new Promise((resolve) => {
    storage.run({}, () => systemClock.setTimer(() => resolve(storage.getStore()), 1));
  });
  expect(seen).toBeUndefined();
});
