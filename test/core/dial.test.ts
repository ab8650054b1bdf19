import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createSocketDial, socketDial } from '../../src/core/dial.ts';
import type { Address } from '../../src/core/lookup.ts';
import { HawserError } from '../../src/core/machine/index.ts';
import { pem, plainServer, Recorder, requestFor, tlsServer } from '../support/loopback.ts';

const GOOD: Address = { address: '127.0.0.1', family: 4 };
/** Where no server of these tests listens. */
const DEAD: Address = { address: '::1', family: 6 };
const FAILED = { name: 'HawserError', code: 'CONNECT_FAILED', outcome: 'not-sent' };
const CODE = 'E[A-Z]+';

/** A dial of which the look-ups give these addresses, and the hosts that it asked for. */
function dialTo(...addresses: Address[]) {
  const asked: string[] = [];
  const dial = createSocketDial({
    resolve: (host) => {
      asked.push(host);
      return Promise.resolve(addresses);
    },
  });
  return { dial, asked };
}

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = await plainServer(() => {});
  const { port } = server;
  await server.drained();
  return port;
}

async function socketPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hawser-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, 'server.sock');
}

function whenEnded(): AbortController & { readonly error: HawserError } {
  const error = new HawserError('CLOSED', 'the connection is closed', { outcome: 'not-sent' });
  return Object.assign(new AbortController(), { error });
}

describe('a dial', () => {
  test('connects to a host by its name, and says which of its addresses that is', async () => {
    const server = await plainServer((socket) => socket.end('hello'));
    const transport = await socketDial(requestFor({ host: 'localhost', port: server.port }));
    expect(transport.peer).toBe(`127.0.0.1:${server.port}`);
    const recorder = Recorder.attachedTo(transport);
    await recorder.lost();
    expect(recorder.text).toBe('hello');
    await server.drained();
  });

  test('looks the host up each time, and an address never', async () => {
    const server = await plainServer(() => {});
    const { dial, asked } = dialTo(GOOD);
    const { port } = server;
    for (const host of ['redis.example', 'redis.example', '127.0.0.1']) {
      (await dial(requestFor({ host, port }))).destroy();
    }
    expect(asked).toEqual(['redis.example', 'redis.example']);
    await server.drained();
  });

  test('goes on to the next address when one does not answer', async () => {
    const server = await plainServer(() => {});
    const { dial } = dialTo(DEAD, GOOD);
    const transport = await dial(requestFor({ host: 'redis.example', port: server.port }));
    expect(transport.peer).toBe(`127.0.0.1:${server.port}`);
    transport.destroy();
    await server.drained();
    expect(server.accepted).toHaveLength(1);
  });

  test('fails with what each of the addresses answered', async () => {
    const port = await closedPort();
    const { dial } = dialTo(GOOD, DEAD);
    const failure = dial(requestFor({ host: 'redis.example', port }));
    await expect(failure).rejects.toMatchObject({
      ...FAILED,
      cause: { errors: [{ code: 'ECONNREFUSED' }, {}] },
    });
    await expect(failure).rejects.toThrow(
      new RegExp(
        `^could not connect to redis.example:${port} \\(127\\.0\\.0\\.1: ECONNREFUSED; ::1: ${CODE}\\)$`,
      ),
    );
  });

  test('fails with what the one address answered', async () => {
    const port = await closedPort();
    await expect(socketDial(requestFor({ host: '127.0.0.1', port }))).rejects.toMatchObject({
      ...FAILED,
      message: `could not connect to 127.0.0.1:${port} (ECONNREFUSED)`,
      cause: { code: 'ECONNREFUSED' },
    });
  });

  test('fails when the look-up does, or finds nothing', async () => {
    const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
    const dial = createSocketDial({ resolve: () => Promise.reject(unknown) });
    await expect(dial(requestFor({ host: 'redis.example', port: 1 }))).rejects.toMatchObject({
      ...FAILED,
      message: 'could not connect to redis.example:1 (look-up: ENOTFOUND)',
      cause: unknown,
    });
    await expect(dialTo().dial(requestFor({ host: 'redis.example', port: 1 }))).rejects.toMatchObject({
      ...FAILED,
      message: 'could not connect to redis.example:1 (look-up: no addresses)',
    });
  });

  test('fails for a port that is none', async () => {
    await expect(socketDial(requestFor({ host: '127.0.0.1', port: 70_000 }))).rejects.toMatchObject({
      ...FAILED,
      message: 'could not connect to 127.0.0.1:70000 (ERR_SOCKET_BAD_PORT)',
    });
  });

  test('leaves nothing of the request that caused it in the callbacks of the socket', async () => {
    const server = await plainServer((socket) => socket.end('hello'));
    const requests = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    await requests.run('the first request', async () => {
      const transport = await socketDial(requestFor({ host: 'localhost', port: server.port }));
      const see = (): void => void seen.push(requests.getStore());
      await new Promise<void>((resolve) => {
        transport.attach({
          onData: (bytes) => {
            see();
            return bytes.length;
          },
          onRoom: see,
          onLost: () => {
            see();
            resolve();
          },
        });
      });
    });
    expect(seen).toEqual([undefined, undefined]);
  });
});

describe('a dial to a Unix socket', () => {
  test('connects', async () => {
    const path = await socketPath();
    const server = await plainServer((socket) => socket.end('hello'), {}, { path });
    const transport = await socketDial(requestFor({ path }));
    expect(transport.peer).toBe(path);
    const recorder = Recorder.attachedTo(transport);
    await recorder.lost();
    expect(recorder.text).toBe('hello');
    await server.drained();
  });

  test('speaks TLS with the name that it is given', async () => {
    const path = await socketPath();
    const server = await tlsServer((socket) => socket.end('hello'), {}, { path });
    const tls = { ca: pem('authority.pem'), servername: 'localhost' };
    const recorder = Recorder.attachedTo(await socketDial(requestFor({ path }, { tls })));
    await recorder.lost();
    expect(recorder.text).toBe('hello');
    await server.drained();
  });

  test('fails with the path when nobody listens', async () => {
    const path = await socketPath();
    await expect(socketDial(requestFor({ path }))).rejects.toMatchObject({
      ...FAILED,
      message: `could not connect to ${path} (ENOENT)`,
    });
  });

  test('is refused when TLS has no name to verify, unless nothing is verified', async () => {
    const path = await socketPath();
    const server = await tlsServer(() => {}, {}, { path });
    (await socketDial(requestFor({ path }, { tls: { rejectUnauthorized: false } }))).destroy();
    await expect(socketDial(requestFor({ path }, { tls: {} }))).rejects.toMatchObject({
      code: 'HANDSHAKE_REFUSED',
      message: expect.stringContaining('servername'),
    });
    await server.drained();
  });
});

describe('the signal of a dial', () => {
  test('that has already fired ends it before anything is asked', async () => {
    const { dial, asked } = dialTo(GOOD);
    const signal = AbortSignal.abort('too late');
    await expect(dial(requestFor({ host: 'redis.example', port: 1 }, { signal }))).rejects.toMatchObject({
      ...FAILED,
      message: 'the dial was ended',
      cause: 'too late',
    });
    expect(asked).toEqual([]);
  });

  test('ends it during the look-up, but not another dial that shares the look-up', async () => {
    const server = await plainServer(() => {});
    const answers: ((addresses: Address[]) => void)[] = [];
    const dial = createSocketDial({ resolve: () => new Promise((resolve) => answers.push(resolve)) });
    const endpoint = { host: 'redis.example', port: server.port };
    const end = whenEnded();
    const ended = dial(requestFor(endpoint, { signal: end.signal }));
    const other = dial(requestFor(endpoint));
    end.abort(end.error);
    await expect(ended).rejects.toBe(end.error);
    expect(answers).toHaveLength(1);
    answers[0]?.([GOOD]);
    (await other).destroy();
    await server.drained();
    expect(server.accepted).toHaveLength(1);
  });

  test('ends it while it connects', async () => {
    const server = await plainServer(() => {});
    const end = whenEnded();
    const dialling = socketDial(requestFor({ host: '127.0.0.1', port: server.port }, { signal: end.signal }));
    queueMicrotask(() => end.abort(end.error));
    await expect(dialling).rejects.toBe(end.error);
    await server.drained();
  });

  test('leaves nothing open when it ends the dial as that connects', async () => {
    const end = whenEnded();
    const server = await plainServer(() => end.abort(end.error));
    const request = requestFor({ host: '127.0.0.1', port: server.port }, { signal: end.signal });
    const [outcome] = await Promise.allSettled([socketDial(request)]);
    if (outcome.status === 'fulfilled') outcome.value.destroy();
    else expect(outcome.reason).toBe(end.error);
    await server.drained();
  });

  test('ends it while TLS is negotiated', async () => {
    const end = whenEnded();
    const server = await plainServer((socket) => socket.once('data', () => end.abort(end.error)));
    const tls = { ca: pem('authority.pem') };
    const request = requestFor({ host: 'localhost', port: server.port }, { tls, signal: end.signal });
    await expect(socketDial(request)).rejects.toBe(end.error);
    await server.drained();
  });

  test('is not listened to any more once the dial is over', async () => {
    const server = await plainServer(() => {});
    const end = new AbortController();
    const watched = watchListeners(end.signal);
    const transport = await socketDial(
      requestFor({ host: 'localhost', port: server.port }, { signal: end.signal }),
    );
    expect(watched.count).toBe(0);
    transport.destroy();
    await server.drained();
  });
});

function watchListeners(signal: AbortSignal): { count: number } {
  const watched = { count: 0 };
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...parameters: Parameters<typeof add>) => {
    watched.count += 1;
    add(...parameters);
  };
  signal.removeEventListener = (...parameters: Parameters<typeof remove>) => {
    watched.count -= 1;
    remove(...parameters);
  };
  return watched;
}
