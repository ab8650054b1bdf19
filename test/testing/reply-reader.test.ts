import { createServer, type AddressInfo } from 'node:net';
import { inspectRedis } from 'hawser/testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ReplyReader } from '../../src/testing/servers/reply-reader.ts';

const STREAM = Buffer.from(
  '+OK\r\n-ERR no\r\n:42\r\n$-1\r\n$6\r\ngr\u00fc\r\n\r\n*0\r\n*-1\r\n*3\r\n:1\r\n*2\r\n$1\r\na\r\n*1\r\n-in it\r\n$0\r\n\r\n+last\r\n',
);
const REPLIES = ['OK', new Error('ERR no'), 42, null, 'grü\r\n', [], null, [1, ['a', ['in it']], ''], 'last'];

describe('a reader of replies', () => {
  test.each([1, 2, 3, 7, STREAM.length])('reads all types, nested too, from pieces of %i bytes', (size) => {
    const reader = new ReplyReader();
    const replies: unknown[] = [];
    for (let at = 0; at < STREAM.length; at += size) {
      replies.push(...reader.push(STREAM.subarray(at, at + size)));
    }
    expect(replies).toEqual(REPLIES);
  });

  test('looks at each item of an array once, however many pieces it comes in', () => {
    const items = 2_000;
    const reader = new ReplyReader();
    const item = Buffer.from('$4\r\nitem\r\n');
    const decoded = vi.spyOn(Buffer.prototype, 'toString');
    onTestFinished(() => decoded.mockRestore());
    const replies = [...reader.push(Buffer.from(`*${items}\r\n`))];
    for (let number = 0; number < items; number += 1) replies.push(...reader.push(item));
    expect(replies).toEqual([Array.from({ length: items }, () => 'item')]);
    // Its size and its text.
    expect(decoded.mock.calls.length).toBeLessThanOrEqual(2 * items + 1);
  });

  test('says what is not RESP2', () => {
    expect(() => [...new ReplyReader().push(Buffer.from('HTTP/1.1 400 Bad Request\r\n'))]).toThrow(
      'Not RESP2: H',
    );
  });
});

test('who inspects a server that speaks another protocol is told so', async () => {
  const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n'));
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await expect(inspectRedis(`redis://127.0.0.1:${port}`, ['PING'])).rejects.toThrow('Not RESP2: H');
});
