import { Buffer } from 'node:buffer';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ReplyReader, type RedisValue } from './reply-reader.ts';

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
    const reader = new ReplyReader();
    const replies: (RedisValue | Error)[] = [];
    const timer = setTimeout(() => reject(new Error(`No answer within ${timeoutMs} ms.`)), timeoutMs);
    socket.on('close', () => {
      clearTimeout(timer);
      reject(new Error('The server closed the socket.'));
    });
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      try {
        replies.push(...reader.push(chunk));
      } catch (error) {
        reject(error);
      }
      if (replies.length >= commands.length) resolve(replies);
    });
    socket.write(commands.map(write).join(''));
  });
}

function write(command: readonly string[]): string {
  const words = command.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${command.length}\r\n${words.join('')}`;
}
