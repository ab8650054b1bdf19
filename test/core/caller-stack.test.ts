import { describe, expect, onTestFinished, test } from 'vitest';
import { rejection, withoutStack } from '../../src/core/caller-stack.ts';
import { HawserError } from '../../src/core/machine/index.ts';

function failure(): HawserError {
  return new HawserError('DEADLINE', 'too late', { outcome: 'unknown' });
}

/** A call as the queue makes it: the promise is made first, and fails later, from elsewhere. */
function call(): { promise: Promise<unknown>; fail: (error: HawserError) => void } {
  let settle: (result: unknown) => void = () => {};
  const promise = new Promise<unknown>((resolve) => (settle = resolve));
  return { promise, fail: (error) => settle(rejection(error)) };
}

/** Rejections that nobody handled, from now on. */
function unhandled(): unknown[] {
  const seen: unknown[] = [];
  const note = (reason: unknown): void => void seen.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  return seen;
}

async function laterTurns(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

async function stackOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return (error as Error).stack!;
}

describe('rejection', () => {
  test('rejects with the very error', async () => {
    const error = failure();
    await expect(rejection(error)).rejects.toBe(error);
  });

  test('the stack names the async functions that wait for the call, innermost first', async () => {
    const { promise, fail } = call();
    async function askTheServer(): Promise<unknown> {
      return await promise;
    }
    async function handleTheVisitor(): Promise<unknown> {
      return await askTheServer();
    }
    const visit = handleTheVisitor();
    setImmediate(() => fail(failure()));
    const stack = await stackOf(visit);
    // Where stacks are mapped back to sources, "async" is lost.
    expect(stack.replaceAll(/at (?:async )?(\w+) .*/g, 'at $1')).toMatch(
      /^HawserError: too late\n {4}at askTheServer\n {4}at handleTheVisitor\n/,
    );
  });

  test('the stack holds neither where the error was made nor how it was passed on', async () => {
    const { promise, fail } = call();
    async function askTheServer(): Promise<unknown> {
      return await promise;
    }
    const asked = askTheServer();
    setImmediate(function makeTheError() {
      fail(failure());
    });
    const stack = await stackOf(asked);
    expect(stack).not.toContain('makeTheError');
    expect(stack).not.toContain('src/core/');
  });

  test('when no async function waits, the stack is the error alone', async () => {
    const { promise, fail } = call();
    const caught = new Promise<unknown>((resolve) => void promise.catch(resolve));
    setImmediate(() => fail(failure()));
    expect(await caught).toHaveProperty('stack', 'HawserError: too late');
  });

  test('no stack is formatted until somebody reads it', async () => {
    const { prepareStackTrace } = Error;
    onTestFinished(() => void (Error.prepareStackTrace = prepareStackTrace));
    let formatted = 0;
    Error.prepareStackTrace = (error) => {
      formatted += 1;
      return String(error);
    };
    const { promise, fail } = call();
    async function askTheServer(): Promise<unknown> {
      return await promise;
    }
    const asked = askTheServer().catch((error: unknown) => error);
    fail(withoutStack(failure));
    await asked;
    expect(formatted).toBe(0);
  });

  test('a call that its caller handles is never an unhandled rejection', async () => {
    const seen = unhandled();
    const { promise, fail } = call();
    const handled = promise.catch(() => {});
    fail(failure());
    await laterTurns();
    await handled;
    expect(seen).toEqual([]);
  });

  test('a call that its caller handles in the same turn as it fails is none either', async () => {
    const seen = unhandled();
    const { promise, fail } = call();
    fail(failure());
    await expect(promise).rejects.toMatchObject({ code: 'DEADLINE' });
    await laterTurns();
    expect(seen).toEqual([]);
  });

  test('many calls that fail together have their own callers in their stacks', async () => {
    const calls = [call(), call()];
    const asks = [
      async function first(): Promise<unknown> {
        return await calls[0]!.promise;
      },
      async function second(): Promise<unknown> {
        return await calls[1]!.promise;
      },
    ];
    const asked = asks.map((ask) => ask());
    for (const { fail } of calls) fail(failure());
    const stacks = await Promise.all(asked.map((promise) => stackOf(promise)));
    expect(stacks[0]).toMatch(/at (?:async )?first /);
    expect(stacks[0]).not.toContain('second');
    expect(stacks[1]).toMatch(/at (?:async )?second /);
  });
});
