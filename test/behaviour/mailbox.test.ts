import { AsyncLocalStorage } from 'node:async_hooks';
import { Connection, type MessageDirective } from 'hawser';
import { describe, expect, test } from 'vitest';
import { Calls } from '../../src/core/behaviour/calls.ts';
import { Mailbox } from '../../src/core/behaviour/mailbox.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { BehaviourWorld } from './scripted-behaviour.ts';

/** A mailbox, and the calls in it. */
class Waiting {
  readonly mailbox: Mailbox;
  readonly calls: Calls = new Calls(new VirtualClock(), {
    leftWaiting: () => this.mailbox.callLeft(),
    settled: () => {},
  });

  constructor(max: number) {
    this.mailbox = new Mailbox(max);
  }

  call(request: string, signal?: AbortSignal): void {
    const { call, answer } = this.calls.add('call', request, Infinity, signal);
    answer.catch(() => {});
    this.mailbox.push({ kind: 'call', call });
  }

  get next(): unknown {
    const message = this.mailbox.take();
    if (message === undefined) return undefined;
    if ('call' in message) return message.call.request;
    return 'message' in message ? message.message : message.kind;
  }

  get rest(): unknown[] {
    const rest: unknown[] = [];
    for (let next = this.next; next !== undefined; next = this.next) rest.push(next);
    return rest;
  }
}

describe('Mailbox', () => {
  test('messages are taken in their order, whatever they are', () => {
    const waiting = new Waiting(10);
    waiting.call('a');
    waiting.mailbox.push({ kind: 'tick' });
    waiting.mailbox.push({ kind: 'cast', message: 'b' });
    waiting.mailbox.push({ kind: 'info', message: 'c' });
    expect(waiting.mailbox.size).toBe(4);
    expect(waiting.rest).toEqual(['a', 'tick', 'b', 'c']);
    expect(waiting.mailbox.size).toBe(0);
  });

  test('a call whose caller has left is passed over and makes room', () => {
    const waiting = new Waiting(2);
    const controller = new AbortController();
    waiting.call('a');
    waiting.call('b', controller.signal);
    expect(waiting.mailbox.isFull).toBe(true);
    controller.abort();
    expect([waiting.mailbox.isFull, waiting.mailbox.size]).toEqual([false, 1]);
    waiting.call('c');
    expect(waiting.rest).toEqual(['a', 'c']);
  });

  test('calls that left do not pile up, and those that stay keep their order', () => {
    const waiting = new Waiting(1_000);
    const controller = new AbortController();
    for (let number = 0; number < 900; number += 1) {
      waiting.call(String(number), number % 3 === 0 ? undefined : controller.signal);
    }
    controller.abort();
    expect(waiting.mailbox.size).toBe(300);
    expect(waiting.mailbox.kept).toBeLessThan(900);
    waiting.call('last');
    const rest = waiting.rest;
    expect([rest.length, rest[1], rest.at(-1)]).toEqual([301, '3', 'last']);
    expect([waiting.mailbox.size, waiting.mailbox.isFull]).toEqual([0, false]);
  });

  test('only what senders say counts, and only what others say can be dropped', () => {
    const waiting = new Waiting(1);
    waiting.mailbox.push({ kind: 'tick' });
    waiting.mailbox.push({ kind: 'timeout', timeout: { message: 'due' } });
    expect(waiting.mailbox.isFull).toBe(false);
    waiting.call('a');
    expect(waiting.mailbox.isFull).toBe(true);
    waiting.mailbox.drop('tick');
    expect(waiting.rest).toEqual(['timeout', 'a']);
    waiting.call('b');
    waiting.mailbox.clear();
    expect([waiting.rest, waiting.mailbox.isFull]).toEqual([[], false]);
  });
});

describe('the loop', () => {
  test('a message is not handled in the middle of whoever sends it', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {});
    handle.info('a');
    expect(world.story).toEqual([]);
    await world.clock.settle();
    expect(world.story).toEqual(['handleInfo(a, old)']);
  });

  test('callbacks have no async context of those who send or start', async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    class Seeing extends Connection<number> {
      override handleInfo(_: unknown, state: number): MessageDirective<number> {
        seen.push(storage.getStore());
        return { do: 'no-reply', state };
      }
    }
    const handle = await storage.run('starter', () => Seeing.start(0));
    storage.run('sender', () => handle.info('a'));
    await handle.close();
    expect(seen).toEqual([undefined]);
  });

  test('nor has terminate that of who closes, also where it does not wait for its turn', async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    class Seeing extends Connection<number> {
      override handleInfo(): Promise<never> {
        return new Promise<never>(() => {});
      }

      override terminate(): void {
        seen.push(storage.getStore());
      }
    }
    const handle = await Seeing.start(0);
    handle.info('hang');
    await new Promise((resolve) => void setImmediate(resolve));
    await storage.run('closer', () => handle.close({ timeoutMs: 0 }));
    expect(seen).toEqual([undefined]);
  });

  test('a behaviour that never stops talking to itself stops neither the clock nor its own end', async () => {
    let handled = 0;
    class Talking extends Connection<number> {
      override handleInfo(_: unknown, state: number): MessageDirective<number> {
        handled += 1;
        if (!this.signal.aborted) this.self.info('again');
        return { do: 'no-reply', state };
      }
    }
    const handle = await Talking.start(0);
    handle.info('begin');
    await new Promise((resolve) => void setImmediate(resolve));
    await handle.close();
    expect(handled).toBeGreaterThan(0);
  });

  test('an error of a call has the stack of its caller', async () => {
    const world = new BehaviourWorld();
    const handle = await world.startIn('idle', {
      handleCall: (_, from, state) => {
        Connection.refuse(from, new Error('no'));
        return { do: 'no-reply', state };
      },
    });
    async function whoAsks(): Promise<string> {
      return await handle.call('a').then(undefined, (error: Error) => Promise.reject(error));
    }
    const stack = whoAsks().catch((error: Error) => error.stack);
    await world.clock.settle();
    expect(await stack).toContain('whoAsks');
  });
});
