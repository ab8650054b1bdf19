import { Buffer } from 'node:buffer';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** A reply of Redis as plain JavaScript. */
export type RedisValue = string | number | null | readonly RedisValue[];

/** What {@link inspectRedis} may be told. */
export interface InspectOptions {
  /** How long all of it may take, in milliseconds. Default: 2,000. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Runs one command on a socket of its own, made for it and closed behind it: a second opinion that shares nothing
 * with the client under test. Rejects with the server's error, when the server cannot be reached, and in time.
 *
 * @param url `redis://user:password@host:port/database`; `rediss:` for TLS.
 */
export async function inspectRedis(
  url: string,
  command: readonly string[],
  options: InspectOptions = {},
): Promise<RedisValue> {
  const { username, password, pathname, protocol, port, hostname } = new URL(url);
  const commands: (readonly string[])[] = [];
  if (password !== '') {
    commands.push([
      'AUTH',
      ...(username === '' ? [] : [decodeURIComponent(username)]),
      decodeURIComponent(password),
    ]);
  }
  if (pathname.length > 1) commands.push(['SELECT', pathname.slice(1)]);
  commands.push(command);
  const endpoint = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6379) };
  const socket =
    protocol === 'rediss:' ? connectTls({ ...endpoint, servername: hostname }) : connectTcp(endpoint);
  try {
    const replies = await exchange(socket, commands, options.timeoutMs ?? 2_000);
    const refusal = replies.find((reply) => reply instanceof Error);
    if (refusal !== undefined) throw refusal;
    return replies.at(-1) as RedisValue;
  } finally {
    socket.destroy();
  }
}

function exchange(
  socket: Socket,
  commands: readonly (readonly string[])[],
  timeoutMs: number,
): Promise<readonly (RedisValue | Error)[]> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const timer = setTimeout(() => reject(new Error(`No answer within ${timeoutMs} ms.`)), timeoutMs);
    socket.on('close', () => {
      clearTimeout(timer);
      reject(new Error('The server closed the socket.'));
    });
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const replies: (RedisValue | Error)[] = [];
      for (let at = 0; replies.length < commands.length;) {
        const reply = read(received, at);
        if (reply === undefined) return;
        replies.push(reply.value);
        at = reply.next;
      }
      resolve(replies);
    });
    socket.write(commands.map(write).join(''));
  });
}

function write(command: readonly string[]): string {
  const words = command.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${command.length}\r\n${words.join('')}`;
}

/** Reads one RESP2 value; `undefined` while some of it is still to come. */
function read(bytes: Buffer, at: number): { value: RedisValue | Error; next: number } | undefined {
  const end = bytes.indexOf('\r\n', at);
  if (end < 0) return undefined;
  const type = String.fromCharCode(bytes[at] ?? 0);
  const line = bytes.toString('utf8', at + 1, end);
  const start = end + 2;
  if (type === '+') return { value: line, next: start };
  if (type === '-') return { value: new Error(line), next: start };
  if (type === ':') return { value: Number(line), next: start };
  const size = Number(line);
  if (size < 0) return { value: null, next: start };
  if (type === '$') {
    const next = start + size + 2;
    if (bytes.length < next) return undefined;
    return { value: bytes.toString('utf8', start, start + size), next };
  }
  if (type !== '*') throw new Error(`Not RESP2: ${type}`);
  const items: RedisValue[] = [];
  let next = start;
  while (items.length < size) {
    const item = read(bytes, next);
    if (item === undefined) return undefined;
    items.push(item.value instanceof Error ? item.value.message : item.value);
    next = item.next;
  }
  return { value: items, next };
}
