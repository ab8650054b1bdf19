import { Buffer } from 'node:buffer';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ReplyReader, type RedisValue } from './reply-reader.ts';

/** What {@link inspectRedis} may be told. */
export interface InspectOptions {
  /** How long all of it may take, in milliseconds. Default: 2,000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs one command on a socket of its own, made for it and closed behind it: a second opinion that shares nothing
 * with the client under test. Rejects with the server's error, when the server cannot be reached, in time, and with the
 * signal's reason when that aborts.
 *
 * @param url `redis://user:password@host:port/database`; `rediss:` for TLS; `unix://user:password@localhost/path?database=n`
 */
export async function inspectRedis(
  url: string,
  command: readonly string[],
  options: InspectOptions = {},
): Promise<RedisValue> {
  const address = new URL(url);
  const { username, password } = address;
  const commands: (readonly string[])[] = [];
  if (password !== '') {
    commands.push([
      'AUTH',
      ...(username === '' ? [] : [decodeURIComponent(username)]),
      decodeURIComponent(password),
    ]);
  }
  const database =
    address.protocol === 'unix:' ? address.searchParams.get('database') : address.pathname.slice(1);
  if (database) commands.push(['SELECT', database]);
  commands.push(command);
  options.signal?.throwIfAborted();
  const socket = connect(address);
  try {
    const replies = await exchange(socket, commands, options);
    const refusal = replies.find((reply) => reply instanceof Error);
    if (refusal !== undefined) throw refusal;
    return replies.at(-1) as RedisValue;
  } finally {
    socket.destroy();
  }
}

function connect({ protocol, hostname, port, pathname }: URL): Socket {
  if (protocol === 'unix:') return connectTcp({ path: decodeURIComponent(pathname) });
  const endpoint = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6379) };
  return protocol === 'rediss:' ? connectTls({ ...endpoint, servername: hostname }) : connectTcp(endpoint);
}

function exchange(
  socket: Socket,
  commands: readonly (readonly string[])[],
  { timeoutMs = 2_000, signal }: InspectOptions,
): Promise<readonly (RedisValue | Error)[]> {
  return new Promise((resolve, reject) => {
    const reader = new ReplyReader();
    const replies: (RedisValue | Error)[] = [];
    const timer = setTimeout(() => reject(new Error(`No answer within ${timeoutMs} ms.`)), timeoutMs);
    // A signal of its own: Node warns when one has many listeners, and a wait may ask many servers.
    const own = signal && AbortSignal.any([signal]);
    const leave = (): void => reject(signal?.reason as Error);
    own?.addEventListener('abort', leave, { once: true });
    socket.on('close', () => {
      clearTimeout(timer);
      own?.removeEventListener('abort', leave);
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
