import { expect, test } from 'vitest';
import { withinMs, withinRunningMs } from '../../faults/limits.ts';

const LIMIT_MS = 150;
const ANSWER_MS = 200;
const BLOCKED_MS = 300;

function answer(): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve('here'), ANSWER_MS));
}

test('what came while this process was kept from running is late, but not where only running time counts', async () => {
  const [late, inTime] = [withinMs(answer(), LIMIT_MS), withinRunningMs(answer(), LIMIT_MS)];
  const until = performance.now() + BLOCKED_MS;
  while (performance.now() < until);
  expect(await late).toEqual({ isInTime: false });
  expect(await inTime).toEqual({ isInTime: true, value: 'here' });
});

test('what does not come is late', async () => {
  const never = new Promise<never>(() => {});
  expect(await withinRunningMs(never, LIMIT_MS)).toEqual({ isInTime: false });
});
