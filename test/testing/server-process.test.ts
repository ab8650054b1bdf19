import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ServerProcess, type ServerPlace, type ServerProcessOptions } from 'hawser/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

/** A server: says hello to whoever connects at its port. */
const HELLO = `require('node:net').createServer((socket) => socket.end('hello')).listen(process.argv[1], '127.0.0.1');`;

let scratch = '';
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'hawser-test-'));
});
afterAll(() => rm(scratch, { recursive: true }));

function node(script: string, ...args: readonly (string | number)[]): string[] {
  return [process.execPath, '--eval', script, ...args.map(String)];
}

/** What a server says at a port. Rejects when nobody listens there. */
async function heard(port: number, signal?: AbortSignal): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', ...(signal && { signal }) });
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

function start(options: Partial<ServerProcessOptions> = {}): Promise<ServerProcess> {
  return ServerProcess.start({
    name: 'hello',
    command: ({ port }) => node(HELLO, port),
    isReady: async ({ port }, { signal }) => (await heard(port, signal)) === 'hello',
    ...options,
  });
}

/** A `command`, and the places that it was asked for. */
function recorded(command: ServerProcessOptions['command']): {
  readonly places: readonly ServerPlace[];
  readonly command: ServerProcessOptions['command'];
} {
  const places: ServerPlace[] = [];
  return {
    places,
    command(place) {
      places.push(place);
      return command(place);
    },
  };
}

describe('a server of any kind', () => {
  test('is there when it has started, and gone with its directory when it is stopped', async () => {
    const server = await start();
    expect(await heard(server.port)).toBe('hello');
    expect(server.state).toBe('up');
    await server.stop();
    expect(server.state).toBe('stopped');
    expect(server.pid).toBeUndefined();
    await expect(heard(server.port)).rejects.toThrow('ECONNREFUSED');
    expect(existsSync(server.directory)).toBe(false);
  });

  test('finds in its directory what was written for it, and is started with the same command again', async () => {
    const { places, command } = recorded(async ({ directory, port }) => {
      await writeFile(join(directory, 'greeting'), 'hello');
      const script = `console.log('greeting', require('node:fs').readFileSync(process.argv[2], 'utf8')); ${HELLO}`;
      return node(script, port, join(directory, 'greeting'));
    });
    await using server = await start({ command });
    await server.restart();
    expect(places).toHaveLength(1);
    expect(await server.log()).toBe('greeting hello\n'.repeat(2));
  });

  test('has as many ports as it needs, each the same whenever it is asked for', async () => {
    await using server = await start();
    const ports = [server.port, server.portFor('one'), server.portFor('two'), server.portFor('one')];
    expect(ports[3]).toBe(ports[1]);
    for (const port of ports) expect(port).toBeGreaterThan(1_024);
  });

  test('is run by its launcher, in an environment with what was added to it', async () => {
    const script = `console.log(process.env.ADDED, process.env.LAUNCHED, typeof process.env.PATH); ${HELLO}`;
    await using server = await start({
      launcher: ['env', 'LAUNCHED=by it'],
      env: { ADDED: 'some' },
      command: ({ port }) => node(script, port),
    });
    expect(await server.log()).toBe('some by it string\n');
  });

  test('takes another port and another directory when somebody has taken its port', async () => {
    const { places, command } = recorded(({ port }) =>
      node(places.length < 3 ? `console.log('bind: Address already in use')` : HELLO, port),
    );
    await using server = await start({ command });
    expect(places.at(-1)).toMatchObject({ port: server.port, directory: server.directory });
    expect(places.map(({ directory }) => existsSync(directory))).toEqual([false, false, true]);
  });

  test('is paused, resumed, killed and restarted, and knows in which state it is', async () => {
    await using server = await start();
    expect(() => server.resume()).toThrow('A server that is up is not paused.');
    server.pause();
    expect(server.state).toBe('paused');
    expect(() => server.pause()).toThrow('A server that is paused cannot be paused.');
    server.resume();
    expect(await heard(server.port)).toBe('hello');
    await server.kill();
    expect(server.state).toBe('down');
    await server.kill();
    await server.restart();
    expect(await heard(server.port)).toBe('hello');
    await server.stop();
    await expect(server.restart()).rejects.toThrow('A server that was stopped cannot be restarted.');
  });

  test('that ends by itself is down', async () => {
    await using server = await start();
    process.kill(server.pid!, 'SIGKILL');
    await vi.waitUntil(() => server.state === 'down', 10_000);
    expect(server.pid).toBeUndefined();
  });

  test.each(['kill', 'stop'] as const)(
    'takes what it has started along when it is told to %s',
    async (how) => {
      const family = `require('node:child_process').spawn(process.execPath, ['--eval', ${JSON.stringify(HELLO)}, process.argv[2]]); ${HELLO}`;
      await using server = await start({
        command: ({ port, portFor }) => node(family, port, portFor('child')),
        isReady: async ({ port, portFor }) => (await heard(port)) === (await heard(portFor('child'))),
      });
      await server[how]();
      await vi.waitFor(() => expect(heard(server.portFor('child'))).rejects.toThrow('ECONNREFUSED'), 10_000);
    },
  );

  test('is asked to end with the signal that it listens to', async () => {
    const sign = join(scratch, 'ended');
    const polite = `process.on('SIGINT', () => { require('node:fs').writeFileSync(process.argv[2], 'in order'); process.exit(); }); ${HELLO}`;
    const server = await start({ command: ({ port }) => node(polite, port, sign), stopSignal: 'SIGINT' });
    await server.stop();
    expect(await readFile(sign, 'utf8')).toBe('in order');
  });

  test('leaves nothing when it is stopped though somebody has killed its guard', async (context) => {
    await using server = await start();
    const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,args=']).catch(() =>
      context.skip('there is no ps here'),
    );
    const guard = stdout.split('\n').find((line) => line.endsWith(` sh ${server.directory}`));
    process.kill(Number.parseInt(guard ?? '', 10), 'SIGKILL');
    await server.stop();
    expect(existsSync(server.directory)).toBe(false);
  });
});

describe('a server that does not start leaves nothing behind, and', () => {
  /** The error of a start, and whether everything is gone by then. */
  async function failure(options: Partial<ServerProcessOptions>): Promise<Error> {
    const { places, command } = recorded(options.command ?? (({ port }) => node(HELLO, port)));
    const error = await start({ ...options, command }).then(
      () => expect.fail('It has started.'),
      (reason: Error) => reason,
    );
    for (const { directory } of places) expect(existsSync(directory)).toBe(false);
    for (const { port } of places) await expect(heard(port)).rejects.toThrow('ECONNREFUSED');
    return error;
  }

  test('is reported with the end of its log when it has ended', async () => {
    const error = await failure({ command: () => node(`console.log('no'); console.error('disk')`) });
    expect(error.message).toBe('hello ended while it was starting. Its log ends:\nno\ndisk');
  });

  test('is reported with the end of its log and why it is not ready when time is up', async () => {
    const silent = await failure({ isReady: () => false, timeoutMs: 100 });
    expect(silent.message).toMatch('hello was not ready within 100 ms: it did not answer. Its log ends:\n');
    const throwing = await failure({
      isReady: () => {
        throw new Error('a bad answer.');
      },
      timeoutMs: 100,
    });
    expect(throwing.message).toMatch('hello was not ready within 100 ms: a bad answer.');
  });

  test('time is up though `isReady` never says anything', async () => {
    const error = await failure({ isReady: () => new Promise(() => {}), timeoutMs: 100 });
    expect(error.message).toMatch('hello was not ready within 100 ms');
  });

  test('a signal ends the wait, with its reason', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    const isReady = (): boolean => {
      controller.abort(reason);
      return false;
    };
    expect(await failure({ isReady, signal: controller.signal })).toBe(reason);
    expect(await failure({ signal: AbortSignal.abort(reason) })).toBe(reason);
  });

  test('is not tried elsewhere when its port was given', async () => {
    const { places, command } = recorded(() => node(`console.log('EADDRINUSE')`));
    const error = await failure({ command, port: 19_999 });
    expect(error.message).toContain('EADDRINUSE');
    expect(places).toHaveLength(1);
  });

  test('says so when there is no such program', async () => {
    const error = await failure({ command: () => ['no-such-program'] });
    expect(error.message).toContain('no-such-program');
  });

  test('passes on what kept its command from being made', async () => {
    const reason = new Error('no disk');
    expect(await failure({ command: () => Promise.reject(reason) })).toBe(reason);
  });

  test.each([-1, Number.NaN])('%d is no time to wait', async (timeoutMs) => {
    expect(await failure({ timeoutMs })).toBeInstanceOf(RangeError);
  });

  test('a name that cannot be part of a path is refused', async () => {
    expect(await failure({ name: '../hello' })).toBeInstanceOf(TypeError);
  });
});
