import { describe, expect, test } from 'vitest';
import { HandshakeExchange, MAX_HANDSHAKE_BYTES } from '../../src/core/handshake-exchange.ts';
import type { Transport, TransportListener } from '../../src/core/transport.ts';
import { line, LineSession, type LineRequest } from '../protocols/lines.ts';

/** A transport that remembers what was written, and starts TLS when told. */
class NotingTransport implements Transport {
  readonly peer = 'peer.test:1';
  readonly hasRoom = true;
  readonly bytesAccepted = 0;
  readonly bytesReceived = 0;
  readonly written: [string, number][] = [];
  tlsStarts = 0;
  tlsFailure: Error | undefined;

  attach(_listener: TransportListener): void {}
  cork(): void {}
  uncork(): void {}
  destroy(): void {}

  write(data: string | Uint8Array, bytes: number): void {
    this.written.push([Buffer.from(data).toString(), bytes]);
  }

  async startTls(): Promise<void> {
    this.tlsStarts += 1;
    if (this.tlsFailure !== undefined) throw this.tlsFailure;
  }
}

function exchanging() {
  const transport = new NotingTransport();
  /** Messages, each with the request that was due when its listeners were told. */
  const pushed: [string, LineRequest | undefined][] = [];
  const failures: unknown[] = [];
  const exchange = new HandshakeExchange<LineRequest, string, string>(
    transport,
    new LineSession(),
    new AbortController().signal,
    { pushed: (message) => pushed.push([message, exchange.head]), failed: (error) => failures.push(error) },
  );
  const receive = (text: string): void => exchange.receive(Buffer.from(text));
  return { transport, exchange, pushed, failures, receive };
}

describe('exchange', () => {
  test('writes a request with its size and resolves with its reply', async () => {
    const { transport, exchange, receive } = exchanging();
    const reply = exchange.exchange(line('hellö'));
    expect(transport.written).toEqual([['hellö\n', 7]]);
    receive('wel');
    receive('come\n');
    expect(await reply).toBe('welcome');
  });

  test('rejects with what the server refused it for', async () => {
    const { exchange, receive } = exchanging();
    const reply = exchange.exchange(line('hello'));
    receive('-WRONGPASS\n');
    await expect(reply).rejects.toMatchObject({ code: 'WRONGPASS', outcome: 'refused' });
  });

  test('several that are asked together are answered in their order', async () => {
    const { exchange, receive } = exchanging();
    const replies = ['a', 'b', 'c'].map((text) => exchange.exchange(line(text)));
    receive('1\n-NO\n3\n');
    const [first, second, third] = await Promise.allSettled(replies);
    expect([first, third]).toMatchObject([{ value: '1' }, { value: '3' }]);
    expect(second).toMatchObject({ reason: { code: 'NO' } });
  });

  test('several are answered in any order where the session knows which', async () => {
    const { exchange, receive } = exchanging();
    const replies = ['a', 'b', 'c'].map((text) => exchange.exchange(line(text)));
    receive('c=3\na=1\nb=-NO\nc=again\n');
    const [first, second, third] = await Promise.allSettled(replies);
    expect([first, third]).toMatchObject([{ value: '1' }, { value: '3' }]);
    expect(second).toMatchObject({ reason: { code: 'NO' } });
  });

  test('shows the session the request that is due', () => {
    const { exchange, receive } = exchanging();
    expect(exchange.head).toBeUndefined();
    const [first, second] = [line('a'), line('b')];
    void exchange.exchange(first);
    void exchange.exchange(second);
    expect(exchange.head).toBe(first);
    receive('1\n');
    expect(exchange.head).toBe(second);
  });

  test('takes what had come before it was asked, as from a server that speaks first', async () => {
    const { exchange, receive } = exchanging();
    receive('220 ready\n');
    expect(await exchange.exchange(line('hello'))).toBe('220 ready');
  });

  test.each(['1\n2\n', '1\n-NO\n'])('more replies than requests are a violation: %j', async (text) => {
    const { exchange, receive } = exchanging();
    const reply = exchange.exchange(line('hello'));
    expect(() => receive(text)).toThrow(expect.objectContaining({ code: 'PROTOCOL_VIOLATION' }));
    expect(await reply).toBe('1');
  });

  test('what held bytes do to the decoder is told to the owner, not to who asks', () => {
    const { exchange, failures, receive } = exchanging();
    receive('*\n');
    void exchange.exchange(line('hello'));
    expect(failures).toEqual([expect.any(TypeError)]);
  });
});

describe('push messages', () => {
  test('are told when the bytes at hand are decoded, and not in the middle', async () => {
    const { exchange, pushed, receive } = exchanging();
    const reply = exchange.exchange(line('hello'));
    receive('!one\n1\n!two\n');
    expect(await reply).toBe('1');
    expect(pushed).toEqual([
      ['one', undefined],
      ['two', undefined],
    ]);
  });

  test('in front of a violation are told, too', () => {
    const { exchange, pushed, receive } = exchanging();
    void exchange.exchange(line('hello'));
    expect(() => receive('!one\n*\n')).toThrow(TypeError);
    expect(pushed).toHaveLength(1);
  });

  test('do not answer what is due', async () => {
    const { exchange, pushed, receive } = exchanging();
    const request = line('hello');
    const reply = exchange.exchange(request);
    receive('!news\n');
    expect(pushed).toEqual([['news', request]]);
    receive('1\n');
    expect(await reply).toBe('1');
  });
});

describe('take', () => {
  test('waits for so many bytes and leaves the rest', async () => {
    const { exchange, receive } = exchanging();
    const taken = exchange.take(3);
    receive('ab');
    receive('cde');
    expect((await taken).toString()).toBe('abc');
    expect(exchange.held.toString()).toBe('de');
  });

  test('takes what has come already', async () => {
    const { exchange, receive } = exchanging();
    receive('abc');
    expect((await exchange.take(2)).toString()).toBe('ab');
    expect((await exchange.take(1)).toString()).toBe('c');
  });

  test('two are served in their order', async () => {
    const { exchange, receive } = exchanging();
    const taken = [exchange.take(2), exchange.take(1)];
    receive('abc');
    expect((await Promise.all(taken)).map(String)).toEqual(['ab', 'c']);
  });

  test('gives bytes of its own, which outlive the transport’s', async () => {
    const { exchange } = exchanging();
    const taken = exchange.take(2);
    const received = Buffer.from('ab');
    exchange.receive(received);
    received.fill(0);
    expect((await taken).toString()).toBe('ab');
  });
});

describe('startTls', () => {
  test('upgrades the transport when nothing is held', async () => {
    const { exchange, transport, receive } = exchanging();
    const answer = exchange.take(1);
    receive('S');
    await answer;
    await exchange.startTls();
    expect(transport.tlsStarts).toBe(1);
  });

  test('rejects when bytes came behind the answer, and touches nothing', async () => {
    const { exchange, transport, receive } = exchanging();
    const answer = exchange.take(1);
    receive('Sx');
    await answer;
    await expect(exchange.startTls()).rejects.toMatchObject({ code: 'PROTOCOL_VIOLATION' });
    expect(transport.tlsStarts).toBe(0);
  });

  test('rejects with what the transport says', async () => {
    const { exchange, transport } = exchanging();
    transport.tlsFailure = new Error('no certificate');
    await expect(exchange.startTls()).rejects.toBe(transport.tlsFailure);
  });
});

describe('bytes that nobody asked for', () => {
  test('are held up to a limit, which counts only what is ahead of the questions', async () => {
    const { exchange, receive } = exchanging();
    receive('x'.repeat(MAX_HANDSHAKE_BYTES));
    expect(exchange.held).toHaveLength(MAX_HANDSHAKE_BYTES);
    expect(() => receive('x')).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });

  test('end with the handshake: push messages are told, the start of a message is held', () => {
    const { exchange, pushed, receive } = exchanging();
    receive('!one\n!two\n!thr');
    expect(pushed).toEqual([]);
    exchange.finish();
    expect(pushed.map(([message]) => message)).toEqual(['one', 'two']);
    expect(exchange.held.toString()).toBe('!thr');
  });

  test.each(['1\n', '-NO\n'])('are a violation when they answer nothing at the end: %j', (text) => {
    const { exchange, receive } = exchanging();
    receive(text);
    expect(() => exchange.finish()).toThrow(expect.objectContaining({ code: 'PROTOCOL_VIOLATION' }));
  });
});

describe('the end', () => {
  test('rejects all that is waited for, also what nobody looks at yet', async () => {
    const { exchange } = exchanging();
    const cause = new Error('lost');
    const waits = [exchange.exchange(line('a')), exchange.exchange(line('b')), exchange.take(1)];
    exchange.end(cause);
    await new Promise((resolve) => void setImmediate(resolve));
    for (const wait of waits) await expect(wait).rejects.toBe(cause);
  });

  test('lets nothing begin behind it, and writes nothing', async () => {
    const { exchange, transport } = exchanging();
    const cause = new Error('lost');
    exchange.end(cause);
    await expect(exchange.exchange(line('a'))).rejects.toBe(cause);
    await expect(exchange.take(1)).rejects.toBe(cause);
    await expect(exchange.startTls()).rejects.toBe(cause);
    expect(() => exchange.write('a')).toThrow(cause);
    expect(transport.written).toEqual([]);
  });
});
