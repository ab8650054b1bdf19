import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { CallQueue } from '../../src/core/call-queue.ts';
import { HawserError, type Slot } from '../../src/core/machine/index.ts';
import type { Inbound, Request, Session } from '../../src/core/protocol.ts';
import { Receiver } from '../../src/core/receiver.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

type Decode = (inbound: Inbound<Request, string, string>) => void;

const NOTHING = Buffer.alloc(0);

/** A session that decodes what a test tells it to. */
function sessionOf(decode: Decode): Session<Request, string, string> {
  return {
    handshake: () => Promise.resolve(),
    encode: () => '',
    receive: (bytes, inbound) => {
      decode(inbound);
      return bytes.length;
    },
    ping: (nonce) => requestOf(`ping ${nonce}`),
    isPong: (reply, nonce) => reply === `pong ${nonce}`,
  };
}

function requestOf(command: string): Request {
  return { command, bytes: 1, repeatable: false, silenceMs: 0, expectsReply: true };
}

function refusal(): HawserError {
  return new HawserError('NOPE', 'no', { outcome: 'refused' });
}

/** Calls in flight, and how they ended. */
class Calls {
  readonly clock = new VirtualClock();
  /** A rejection arrives some turns of the promise queue after it was caused. */
  readonly #ends: string[] = [];
  readonly queue: CallQueue<Request> = new CallQueue<Request>(this.clock, {
    late: () => expect.unreachable('nothing is late'),
    aborted: () => expect.unreachable('nothing is aborted'),
    left: () => {},
  });
  readonly receiver: Receiver<Request, string, string>;

  constructor(correlation: 'in-order' | 'by-request') {
    this.receiver = new Receiver<Request, string, string>(this.queue, correlation);
  }

  /** How calls ended, sorted. */
  get ends(): string[] {
    return this.#ends.toSorted();
  }

  /** Makes a call and hands it over. */
  ask(command: string): Slot<Request> {
    const request = requestOf(command);
    this.queue.add(request, Infinity, 0, undefined).then(
      (value) => this.#ends.push(`${command}: ${String(value)}`),
      (error: HawserError) => this.#ends.push(`${command}: ${error.code} of ${error.command}`),
    );
    const slot = this.queue.slots.nextWaiting()!;
    this.queue.slots.handOver(slot);
    this.receiver.handedOver(slot);
    return slot;
  }

  /** The caller of a call in flight leaves. */
  leave(slot: Slot<Request>): void {
    this.queue.slots.release(slot);
    this.queue.fail(slot, new HawserError('ABORTED', 'gone', { outcome: 'unknown', command: 'caller' }));
  }

  async receive(decode: Decode): Promise<void> {
    this.receiver.receive(sessionOf(decode), NOTHING);
    await this.clock.settle();
  }
}

describe('replies in the order of the requests', () => {
  test('settle the oldest call, one each', async () => {
    const calls = new Calls('in-order');
    for (const command of ['a', 'b', 'c']) calls.ask(command);
    await calls.receive((inbound) => {
      expect(inbound.head?.command).toBe('a');
      inbound.reply('1');
      expect(inbound.head?.command).toBe('b');
      inbound.refuse(refusal());
    });
    expect(calls.ends).toEqual(['a: 1', 'b: NOPE of b']);
    expect([calls.queue.slots.inFlight, calls.queue.slots.answered]).toEqual([1, 2]);
  });

  test('to callers who have left are swallowed', async () => {
    const calls = new Calls('in-order');
    const [a, b] = ['a', 'b', 'c'].map((command) => calls.ask(command)) as [Slot<Request>, Slot<Request>];
    calls.leave(a);
    calls.leave(b);
    await calls.receive((inbound) => {
      inbound.reply('for a');
      inbound.refuse(refusal());
      inbound.reply('for c');
    });
    expect(calls.ends).toEqual(['a: ABORTED of caller', 'b: ABORTED of caller', 'c: for c']);
    expect(calls.queue.slots.requests).toBe(0);
  });

  test.each<[string, Decode]>([
    ['a reply', (inbound) => inbound.reply('1')],
    ['an error', (inbound) => inbound.refuse(refusal())],
  ])('to nothing are a violation: %s', async (_, decode) => {
    const calls = new Calls('in-order');
    calls.ask('a');
    await calls.receive((inbound) => inbound.reply('1'));
    await expect(calls.receive(decode)).rejects.toMatchObject({
      code: 'PROTOCOL_VIOLATION',
      outcome: 'unknown',
    });
  });

  test('are due to nobody while all calls still wait', async () => {
    const calls = new Calls('in-order');
    calls.queue.add(requestOf('a'), Infinity, 0, undefined).catch(() => {});
    expect(calls.receiver.head).toBeUndefined();
    await expect(calls.receive((inbound) => inbound.reply('1'))).rejects.toThrow('nothing was asked');
    expect(calls.queue.slots.waiting).toBe(1);
  });
});

describe('replies in any order', () => {
  test('settle the call of their request', async () => {
    const calls = new Calls('by-request');
    const requests = ['a', 'b', 'c'].map((command) => calls.ask(command).request!);
    await calls.receive((inbound) => {
      inbound.replyTo(requests[2]!, '3');
      inbound.refuseTo(requests[0]!, refusal());
      inbound.replyTo(requests[1]!, '2');
    });
    expect(calls.ends).toEqual(['a: NOPE of a', 'b: 2', 'c: 3']);
    expect([calls.queue.slots.requests, calls.queue.slots.answered]).toEqual([0, 3]);
  });

  test('that come twice, too late, or for another connection are ignored', async () => {
    const calls = new Calls('by-request');
    const twice = calls.ask('twice').request!;
    const left = calls.ask('left');
    const late = left.request!;
    const lost = calls.ask('lost').request!;
    calls.leave(left);
    await calls.receive((inbound) => {
      inbound.replyTo(twice, '1');
      inbound.replyTo(twice, '2');
      inbound.replyTo(late, '3');
      inbound.refuseTo(late, refusal());
    });
    calls.receiver.reset();
    await calls.receive((inbound) => inbound.replyTo(lost, '4'));
    await calls.receive((inbound) => inbound.refuseTo(requestOf('never asked'), refusal()));
    expect(calls.ends).toEqual(['left: ABORTED of caller', 'twice: 1']);
    expect(calls.queue.slots.inFlight).toBe(1);
  });
});

describe('a ping', () => {
  function pinged(correlation: 'in-order' | 'by-request'): { calls: Calls; request: Request } {
    const calls = new Calls(correlation);
    const slot = calls.ask('ping 7');
    const request = slot.request!;
    calls.receiver.pinged(slot, '7');
    calls.queue.slots.release(slot);
    return { calls, request };
  }

  test.each(['in-order', 'by-request'] as const)(
    'is answered by its own nonce and no other, %s',
    async (correlation) => {
      const answer = (request: Request, value: string): Decode =>
        correlation === 'in-order'
          ? (inbound) => inbound.reply(value)
          : (inbound) => inbound.replyTo(request, value);
      const good = pinged(correlation);
      await good.calls.receive(answer(good.request, 'pong 7'));
      expect(good.calls.queue.slots.requests).toBe(0);
      const bad = pinged(correlation);
      await expect(bad.calls.receive(answer(bad.request, 'pong 6'))).rejects.toMatchObject({
        code: 'PROTOCOL_VIOLATION',
      });
    },
  );

  test('that is refused was answered, too', async () => {
    const { calls } = pinged('in-order');
    calls.ask('a');
    await calls.receive((inbound) => {
      inbound.refuse(refusal());
      inbound.reply('anything');
    });
    expect(calls.ends).toEqual(['a: anything']);
  });

  test('of a transport that was lost is forgotten', async () => {
    const { calls } = pinged('in-order');
    calls.receiver.reset();
    await calls.receive((inbound) => inbound.reply('anything'));
    expect(calls.queue.slots.requests).toBe(0);
  });
});

describe('push messages', () => {
  test('are kept in their order until they are taken, once', async () => {
    const calls = new Calls('in-order');
    calls.ask('a');
    await calls.receive((inbound) => {
      inbound.push('one');
      inbound.reply('1');
      inbound.push('two');
    });
    expect([calls.receiver.takePushed(), calls.receiver.takePushed()]).toEqual([['one', 'two'], []]);
    expect(calls.ends).toEqual(['a: 1']);
  });
});

describe.each(['in-order', 'by-request'] as const)(
  'a call that is refused, with replies %s',
  (correlation) => {
    test.for([
      { isAgain: false, outcome: 'refused' },
      { isAgain: true, outcome: 'unknown' },
    ])('is $outcome when it was sent before: $isAgain', async ({ isAgain, outcome }) => {
      const calls = new Calls(correlation);
      const slot = calls.ask('a');
      if (isAgain) {
        calls.queue.slots.lose(
          () => true,
          () => expect.unreachable('it waits again'),
        );
        calls.queue.slots.handOver(calls.queue.slots.nextWaiting()!);
      }
      const error = refusal();
      await calls.receive((inbound) => {
        if (correlation === 'in-order') inbound.refuse(error);
        else inbound.refuseTo(slot.request!, error);
      });
      expect(calls.ends).toEqual(['a: NOPE of a']);
      expect(error.outcome).toBe(outcome);
    });
  },
);
