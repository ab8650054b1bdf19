import { resp } from 'hawser/testing';
import type { Monitor, MonitorEvent } from 'hawser/redis';
import { describe, expect, test } from 'vitest';
import { isMonitorLine, readLine } from '../../src/redis/monitor/monitor-line.ts';
import { MONITOR_LINE_BYTES_MAX } from '../../src/redis/monitor/monitor-session.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { RedisWorld, endingOf } from '../support/redis-world.ts';

const STALL_MS = 1_500;
const QUICK = { backoff: { baseMs: 20, capMs: 50 } } as const;

/** A world whose server takes MONITOR, and says nothing of its own accord. */
function monitoredWorld(): RedisWorld {
  const world = new RedisWorld();
  world.redis.on('MONITOR', () => ({ bytes: '+OK\r\n' }));
  return world;
}

function told(command: string, client: string = '127.0.0.1:50000'): string {
  return `+1339518083.107412 [0 ${client}] ${command}\r\n`;
}

async function nextOf(world: RedisWorld, monitor: Monitor): Promise<MonitorEvent | undefined> {
  return (await world.clock.waitFor(monitor.next())).value;
}

async function wordsOf(world: RedisWorld, monitor: Monitor): Promise<string> {
  const event = await nextOf(world, monitor);
  return event?.type === 'command' ? event.command.join(' ') : String(event?.type);
}

describe('a line of MONITOR', () => {
  test.each([
    ['1339518083.107412 [0 127.0.0.1:60866] "keys" "*"', 0, '127.0.0.1:60866', ['keys', '*']],
    ['1.000001 [15 [::1]:6] "get" ""', 15, '[::1]:6', ['get', '']],
    ['1.000001 [0 lua] "set" "a b" "] \\"x\\""', 0, 'lua', ['set', 'a b', '] "x"']],
    ['1.000001 [3 unix:/run/redis server.sock] "ping"', 3, 'unix:/run/redis server.sock', ['ping']],
    ['1.000001 [0 a:1] "x" "\\n\\r\\t\\a\\b\\\\\\""', 0, 'a:1', ['x', '\n\r\t\x07\b\\"']],
    ['1.000001 [0 a:1] "x" "\\xc3\\xa9"', 0, 'a:1', ['x', 'é']],
  ])('%s is read', (line, database, client, command) => {
    expect(isMonitorLine(line)).toBe(true);
    expect(readLine(line, false)).toMatchObject({ type: 'command', database, client, command });
  });

  test('has its time to the microsecond', () => {
    expect(readLine('1339518083.107412 [0 a:1] "x"', false).time).toBe(1_339_518_083_107.412);
  });

  test.each(['OK', '1-2', '1.5 [0 a] "x"', '1.000001 [0 a:1] ', '1.000001 [a:1] "x"', ''])(
    '%j is none',
    (line) => {
      expect(isMonitorLine(line)).toBe(false);
    },
  );

  test('has any bytes, escaped as the server escapes them', () => {
    const random = new SeededRandom(1);
    const escapes = new Map([
      ['\\', '\\\\'],
      ['"', '\\"'],
      ['\n', '\\n'],
      ['\r', '\\r'],
      ['\t', '\\t'],
      ['\x07', '\\a'],
      ['\b', '\\b'],
    ]);
    for (let round = 0; round < 200; round += 1) {
      const words = Array.from({ length: random.integer(1, 4) }, () =>
        Buffer.from(Array.from({ length: random.integer(0, 40) }, () => random.integer(0, 255))),
      );
      const written = words.map((word) => {
        const letters = [...word].map((byte) => {
          const letter = String.fromCharCode(byte);
          const isPlain = byte >= 0x20 && byte < 0x7f;
          return escapes.get(letter) ?? (isPlain ? letter : `\\x${byte.toString(16).padStart(2, '0')}`);
        });
        return `"${letters.join('')}"`;
      });
      const line = `1.000001 [0 a:1] ${written.join(' ')}`;
      expect(readLine(line, true).command).toEqual(words);
    }
  });

  test.each([
    '1.000001 [0 a:1] "x',
    '1.000001 [0 a:1] "x\\',
    '1.000001 [0 a:1] "\\x',
    '1.000001 [0 a:1] "x""y"',
  ])('that breaks off is read without a fault: %j', (line) => {
    expect(readLine(line, false).type).toBe('command');
  });
});

describe('a monitor', () => {
  test('yields what the server is asked, on a connection of its own, while calls go on', async () => {
    const world = monitoredWorld();
    const redis = await world.connect();
    const monitor = redis.monitor();
    await world.clock.waitFor(monitor.ready());
    world.server(2).send(told('"set" "a" "b"'));
    world.server(2).send(told('"get" "a"', 'lua'));
    expect(await world.clock.waitFor(redis.incr('count'))).toBe(1);
    expect(await nextOf(world, monitor)).toEqual({
      type: 'command',
      time: 1_339_518_083_107.412,
      database: 0,
      client: '127.0.0.1:50000',
      command: ['set', 'a', 'b'],
    });
    expect(await nextOf(world, monitor)).toMatchObject({ client: 'lua', command: ['get', 'a'] });
    const bytes = redis.monitor({ buffers: true });
    await world.clock.waitFor(bytes.ready());
    world.server(3).send(told('"get" "\\xff"'));
    const { value } = await world.clock.waitFor(bytes.next());
    expect(value).toMatchObject({ command: [Buffer.from('get'), Buffer.from([0xff])] });
  });

  test('is told of no ping of its own, and of those of others', async () => {
    const world = monitoredWorld();
    world.redis.on('CLIENT', ({ command }) =>
      String(command.args[0]) === 'INFO'
        ? { bytes: resp.bulk('id=3 addr=127.0.0.1:7 laddr=a:1 fd=8') }
        : undefined,
    );
    world.redis.on('PING', ({ command, run, connection }) => {
      if (connection.number !== 2 || command.args.length === 0) return undefined;
      const nonce = String(command.args[0]);
      return {
        bytes: Buffer.concat([
          Buffer.from(told(`"PING" "${nonce}"`, '127.0.0.1:8')),
          Buffer.from(told(`"PING" "${nonce}"`, '127.0.0.1:7')),
          run(),
        ]),
      };
    });
    const redis = await world.connect();
    const monitor = redis.monitor();
    await world.clock.waitFor(monitor.ready());
    await world.clock.advance(STALL_MS + 100);
    expect(await nextOf(world, monitor)).toMatchObject({ client: '127.0.0.1:8', command: ['PING', '1-1'] });
    world.server(2).send(told('"get" "next"'));
    expect(await wordsOf(world, monitor)).toBe('get next');
  });

  test('comes back after a loss, with a gap before what is asked then', async () => {
    const world = monitoredWorld();
    const redis = await world.connect(QUICK);
    const monitor = redis.monitor();
    await world.clock.waitFor(monitor.ready());
    world.server(2).send(told('"before"'));
    await world.clock.advance(10);
    world.redis.on('MONITOR', () => ({ bytes: `+OK\r\n${told('"after"')}` }));
    world.wire(2).reset();
    await world.clock.advance(1_000);
    expect(await wordsOf(world, monitor)).toBe('before');
    expect(await nextOf(world, monitor)).toMatchObject({
      type: 'gap',
      since: expect.any(Number) as number,
      downForMs: expect.any(Number) as number,
      reason: expect.any(Error) as Error,
    });
    expect(await wordsOf(world, monitor)).toBe('after');
  });

  test('finds a server that has fallen silent, also when lines were coming before', async () => {
    const world = monitoredWorld();
    const redis = await world.connect(QUICK);
    const monitor = redis.monitor();
    await world.clock.waitFor(monitor.ready());
    for (let round = 0; round < 50; round += 1) {
      world.server(2).send(told('"x"'));
      await world.clock.advance(100);
    }
    world.wire(2).cut({ direction: 'to-client', how: 'silence' });
    await world.clock.advance(2 * STALL_MS + 200);
    for (let round = 0; round < 50; round += 1) expect(await wordsOf(world, monitor)).toBe('x');
    const gap = await nextOf(world, monitor);
    expect(gap).toMatchObject({ type: 'gap', reason: { code: 'STALLED' } });
    expect((gap as { downForMs: number }).downForMs).toBeGreaterThanOrEqual(2 * STALL_MS);
  });

  test('counts what its consumer was too slow for, at its place', async () => {
    const world = monitoredWorld();
    const redis = await world.connect();
    const monitor = redis.monitor({ maxBuffered: 2 });
    await world.clock.waitFor(monitor.ready());
    for (const name of ['1', '2', '3', '4']) world.server(2).send(told(`"${name}"`));
    await world.clock.advance(10);
    expect(await wordsOf(world, monitor)).toBe('1');
    expect(await wordsOf(world, monitor)).toBe('2');
    expect(await nextOf(world, monitor)).toEqual({ type: 'dropped', count: 2 });
    world.server(2).send(told('"5"'));
    expect(await wordsOf(world, monitor)).toBe('5');
    const small = redis.monitor({ maxBufferedBytes: 100 });
    await world.clock.waitFor(small.ready());
    world.server(3).send(told(`"${'x'.repeat(100)}"`));
    await world.clock.advance(10);
    expect(await nextOf(world, small)).toEqual({ type: 'dropped', count: 1 });
  });

  test('takes lines far longer than other replies of a line may be, in pieces', async () => {
    const world = monitoredWorld();
    const redis = await world.connect({ limits: { maxLineBytes: 1_000 } });
    const monitor = redis.monitor();
    await world.clock.waitFor(monitor.ready());
    world.server(2).send(told(`"set" "a" "${'x'.repeat(300_000)}"`));
    const event = await nextOf(world, monitor);
    expect(event?.type === 'command' && event.command[2]?.length).toBe(300_000);
  });

  test('gives a connection up whose line is beyond all bounds', async () => {
    const world = monitoredWorld();
    const redis = await world.connect(QUICK);
    const monitor = redis.monitor();
    await world.clock.waitFor(monitor.ready());
    world.server(2).send(told(`"${'x'.repeat(MONITOR_LINE_BYTES_MAX)}"`));
    expect(await nextOf(world, monitor)).toMatchObject({ type: 'gap', reason: { code: 'LIMIT_EXCEEDED' } });
  });

  test.each(['+OK\r\n', ':1\r\n', '$3\r\nabc\r\n', '+1.5 [0 a] "x"\r\n'])(
    'is given up by a reply that is no line and answers nothing: %j',
    async (bytes) => {
      const world = monitoredWorld();
      const redis = await world.connect(QUICK);
      const monitor = redis.monitor();
      await world.clock.waitFor(monitor.ready());
      world.server(2).send(bytes);
      expect(await nextOf(world, monitor)).toMatchObject({
        type: 'gap',
        reason: { code: 'PROTOCOL_VIOLATION' },
      });
    },
  );

  test('rejects where its one request is more than may ever be pending', async () => {
    const world = monitoredWorld();
    const redis = await world.connect({ maxPending: { bytes: 16 } });
    const monitor = redis.monitor();
    const ready = endingOf(monitor.ready());
    const tooMuch = { error: { code: 'OVERLOADED', outcome: 'not-sent', command: 'MONITOR' } };
    expect(await world.clock.waitFor(endingOf(monitor.next()))).toMatchObject(tooMuch);
    expect(await ready).toMatchObject(tooMuch);
    expect(await world.clock.waitFor(monitor.next())).toEqual({ done: true, value: undefined });
  });

  test('ends by break, return(), close(), its signal and the close of the client, and its connection with it', async () => {
    const world = monitoredWorld();
    const redis = await world.connect();
    const abort = new AbortController();
    const monitors = [
      redis.monitor(),
      redis.monitor(),
      redis.monitor({ signal: abort.signal }),
      redis.monitor(),
    ];
    for (const monitor of monitors) await world.clock.waitFor(monitor.ready());
    const ends = monitors.map((monitor) => monitor.next());
    const late = endingOf(monitors[3]!.next());
    monitors[0]!.close();
    await monitors[1]!.return();
    abort.abort();
    await world.clock.waitFor(redis.close());
    const end = { done: true, value: undefined };
    for (const each of ends) expect(await each).toEqual(end);
    expect(await late).toEqual({ value: end });
    await world.clock.advance(100);
    expect(world.redis.connections.filter(({ isOpen }) => isOpen)).toEqual([]);
    expect(() => redis.monitor()).toThrow(expect.objectContaining({ code: 'CLOSED' }) as Error);
    expect(await world.failureOf(monitors[0]!.ready())).toMatchObject({ code: 'CLOSED' });
  });

  test('whose signal has fired before is at its end, and asks nothing', async () => {
    const world = monitoredWorld();
    const redis = await world.connect();
    const monitor = redis.monitor({ signal: AbortSignal.abort() });
    expect(await world.clock.waitFor(monitor.next())).toEqual({ done: true, value: undefined });
    await world.clock.advance(100);
    expect(world.redis.commands.filter(({ name }) => name === 'MONITOR')).toEqual([]);
  });

  test('that the server refuses rejects with its error, behind what had come', async () => {
    const world = monitoredWorld();
    const redis = await world.connect(QUICK);
    const monitor = redis.monitor();
    await world.clock.waitFor(monitor.ready());
    world.server(2).send(told('"before"'));
    await world.clock.advance(10);
    world.redis.on('MONITOR', () => ({ bytes: resp.error('NOPERM not you') }));
    world.wire(2).reset();
    await world.clock.advance(1_000);
    expect(await wordsOf(world, monitor)).toBe('before');
    expect(await world.failureOf(monitor.next())).toMatchObject({ code: 'NOPERM', outcome: 'refused' });
    expect(await world.clock.waitFor(monitor.next())).toEqual({ done: true, value: undefined });
    const refused = redis.monitor();
    expect(await world.failureOf(refused.ready())).toMatchObject({ code: 'NOPERM' });
  });

  test('waits for a server that is not there yet, and says so to who waits', async () => {
    const world = monitoredWorld();
    world.crash();
    const redis = world.start(QUICK);
    const monitor = redis.monitor();
    expect(await world.failureOf(monitor.ready({ timeoutMs: 100 }))).toMatchObject({ code: 'DEADLINE' });
    world.restart();
    await world.clock.waitFor(monitor.ready());
    const connection = world.redis.connections.find(({ commands }) =>
      commands.some(({ name }) => name === 'MONITOR'),
    );
    connection!.send(told('"x"'));
    expect(await wordsOf(world, monitor)).toBe('x');
  });

  test.each([{ maxBuffered: 0 }, { maxBufferedBytes: -1 }, { buffers: 'yes' }, { other: 1 }, { signal: 1 }])(
    'is refused with options %j',
    async (options) => {
      const world = monitoredWorld();
      const redis = await world.connect();
      expect(() => redis.monitor(options as never)).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error,
      );
    },
  );
});
