import { describe, expect, test } from 'vitest';
import { resolvePoolOptions } from '../../src/core/pool/pool-options.ts';

describe('the options of a pool', () => {
  test('have these defaults', () => {
    expect(resolvePoolOptions({}, 'redis')).toEqual({
      name: 'redis',
      max: 10,
      min: 0,
      idleOrder: 'lifo',
      whenBusy: 'queue',
      maxWaiting: 10_000,
      timeoutMs: 5_000,
      shedding: { targetMs: 50, intervalMs: 2_000 },
      whenDownWaitMs: 2_000,
      openTimeoutMs: 10_000,
      lifetimeMs: { least: 1_800_000, most: 2_400_000 },
      idleTimeoutMs: 600_000,
      checkAfterIdleMs: 1_000,
      checkTimeoutMs: 1_000,
      leakAfterMs: Infinity,
      backoff: { baseMs: 100, capMs: 10_000 },
      slowRetryMs: 30_000,
    });
  });

  test('that are given are kept, the rest of a group has its default', () => {
    const given = { name: 'db', max: 3, min: 3, idleOrder: 'fifo', whenBusy: 'reject' } as const;
    const resolved = resolvePoolOptions({ ...given, shedding: { targetMs: 5 }, backoff: { capMs: 9 } }, 'x');
    expect(resolved).toMatchObject({
      ...given,
      shedding: { targetMs: 5, intervalMs: 2_000 },
      backoff: { baseMs: 100, capMs: 9 },
    });
  });

  test('switch shedding off by false, and ageing by Infinity', () => {
    const never = { least: Infinity, most: Infinity };
    const resolved = resolvePoolOptions({ shedding: false, lifetimeMs: never }, 'x');
    expect([resolved.shedding, resolved.lifetimeMs]).toEqual([undefined, never]);
  });

  test.each<[string, object]>([
    ['max', { max: 0 }],
    ['max', { max: 1.5 }],
    ['min', { min: -1 }],
    ['min', { min: 11 }],
    ['idleOrder', { idleOrder: 'random' }],
    ['whenBusy', { whenBusy: 'wait' }],
    ['maxWaiting', { maxWaiting: Infinity }],
    ['timeoutMs', { timeoutMs: -1 }],
    ['shedding', { shedding: true }],
    ['shedding.targetMs', { shedding: { targetMs: '50' } }],
    ['shedding.intervalMs', { shedding: { intervalMs: 0 } }],
    ['whenDownWaitMs', { whenDownWaitMs: Number.NaN }],
    ['openTimeoutMs', { openTimeoutMs: Infinity }],
    ['lifetimeMs.most', { lifetimeMs: { least: 2, most: 1 } }],
    ['lifetimeMs.most', { lifetimeMs: { least: 2, most: Infinity } }],
    ['lifetimeMs.least', { lifetimeMs: { least: 0, most: 1 } }],
    ['idleTimeoutMs', { idleTimeoutMs: -1 }],
    ['checkAfterIdleMs', { checkAfterIdleMs: null }],
    ['checkTimeoutMs', { checkTimeoutMs: 0 }],
    ['leakAfterMs', { leakAfterMs: 0 }],
    ['backoff.baseMs', { backoff: { baseMs: -1 } }],
    ['slowRetryMs', { slowRetryMs: 2 ** 31 }],
    ['name', { name: 7 }],
  ])('are refused with INVALID_OPTION that names %s', (option, options) => {
    const resolve = (): unknown => resolvePoolOptions(options, 'x');
    expect(resolve).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringContaining(`option ${option}:`) as string,
      }),
    );
  });
});
