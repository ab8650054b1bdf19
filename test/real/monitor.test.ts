import type { Monitor, MonitoredCommand, MonitorEvent } from 'hawser/redis';
import { RedisServer } from 'hawser/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { redisServer, REDIS_START_LIMIT_MS } from '../support/redis.ts';
import { connect, failureOf, until } from './clients.ts';

/** The next command of a name, whatever else is told. */
async function nextNamed<Text extends string | Buffer>(
  monitor: Monitor<Text>,
  name: string,
): Promise<MonitoredCommand<Text>> {
  for await (const event of { [Symbol.asyncIterator]: () => ({ next: () => monitor.next() }) }) {
    if (event.type === 'command' && String(event.command[0]).toLowerCase() === name) return event;
  }
  throw new Error(`The monitor has ended, and told of no ${name}.`);
}

describe.each([{ protocol: 3 }, { protocol: 2 }] as const)('a monitor of a real server, %j', (options) => {
  const server = redisServer();

  test('tells of commands with any bytes, of their database, client and time', async () => {
    const redis = await connect(server().url, options);
    const text = redis.monitor();
    const bytes = redis.monitor({ buffers: true });
    await Promise.all([text.ready(), bytes.ready()]);
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const other = await connect(`${server().url}/3`, options);
    await other.set(Buffer.from(all), 'a "quoted"\r\n\\value é');
    const asText = await nextNamed(text, 'set');
    const address = /addr=(\S+)/.exec(await other.clientInfo())![1];
    expect(asText).toMatchObject({ database: 3, client: address });
    expect(asText.command[2]).toBe('a "quoted"\r\n\\value é');
    expect(Math.abs(asText.time - Date.now())).toBeLessThan(60_000);
    expect((await nextNamed(bytes, 'set')).command[1]).toEqual(all);
  });

  test('tells of what scripts do', async () => {
    const redis = await connect(server().url, options);
    const monitor = redis.monitor();
    await monitor.ready();
    await redis.command(['EVAL', "return redis.call('INCR', KEYS[1])", 1, 'count']);
    expect(await nextNamed(monitor, 'incr')).toMatchObject({ client: 'lua', command: ['INCR', 'count'] });
  });

  test('comes back with a gap when its connection is killed, and misses nothing else', async () => {
    const redis = await connect(server().url, { ...options, clientName: 'watched' });
    const monitor = redis.monitor();
    await monitor.ready();
    const events: MonitorEvent[] = [];
    const reading = (async () => {
      for await (const event of monitor) events.push(event);
    })();
    const numbers = (): number[] =>
      events.flatMap((event) =>
        event.type === 'command' && event.command[0]?.toLowerCase() === 'echo'
          ? [Number(event.command[1])]
          : [],
      );
    const echo = async (from: number, to: number): Promise<void> => {
      for (let number = from; number < to; number += 1) await redis.echo(String(number));
    };
    await echo(0, 100);
    await until(() => numbers().length === 100);
    const list = String(await server().inspect(['CLIENT', 'LIST']));
    const id = /^id=(\d+).*flags=\S*O/m.exec(list)![1]!;
    await server().inspect(['CLIENT', 'KILL', 'ID', id]);
    await until(() => events.some(({ type }) => type === 'gap'));
    await echo(100, 200);
    await until(() => numbers().at(-1) === 199);
    const gap = events.findIndex(({ type }) => type === 'gap');
    expect(events.filter(({ type }) => type !== 'command')).toHaveLength(1);
    expect(numbers()).toEqual(Array.from({ length: 200 }, (_, number) => number));
    expect(events.slice(0, gap).length).toBeGreaterThanOrEqual(100);
    monitor.close();
    await reading;
  });

  test('is not filled by its own pings, and answers of pings are found among lines', async () => {
    const redis = await connect(server().url, { ...options, stallAfterMs: 50 });
    const other = await connect(server().url, options);
    const monitor = redis.monitor({ maxBuffered: 100_000 });
    await monitor.ready();
    const own: string[] = [];
    const reading = (async () => {
      for await (const event of monitor) {
        if (event.type !== 'command') throw new Error(`${event.type} was yielded`);
        if (event.command[0] === 'PING') own.push(event.client);
      }
    })();
    const pings = async (): Promise<number> =>
      Number(
        /cmdstat_ping:calls=(\d+)/.exec(String(await server().inspect(['INFO', 'commandstats'])))?.[1] ?? 0,
      );
    const hasPinged = await pings();
    await until(async () => (await pings()) > hasPinged + 20);
    for (let round = 0; round < 50; round += 1) await other.get('x');
    const list = String(await server().inspect(['CLIENT', 'LIST']));
    const address = /addr=(\S+).*flags=\S*O/.exec(list)![1]!;
    expect(own).not.toContain(address);
    monitor.close();
    await reading;
  });

  test('keeps no more than its bounds, whatever the server says', async () => {
    const redis = await connect(server().url, options);
    const monitor = redis.monitor({ maxBuffered: 10 });
    await monitor.ready();
    await Promise.all(Array.from({ length: 500 }, (_, index) => redis.echo(String(index))));
    await redis.echo('last');
    let commands = 0;
    let dropped = 0;
    await until(async () => {
      const { value } = await monitor.next();
      if (value?.type === 'command') commands += 1;
      if (value?.type === 'dropped') dropped += value.count;
      return dropped > 0;
    });
    expect(commands).toBeLessThanOrEqual(10);
    expect(dropped).toBeGreaterThan(0);
    monitor.close();
  });

  test('rejects with what the server says where the user may not have one', async () => {
    await server().inspect(['ACL', 'SETUSER', 'blind', 'on', 'nopass', '~*', '&*', '+@all', '-monitor']);
    const credentials = { username: 'blind', password: 'x' };
    const redis = await connect(server().url, { ...options, credentials });
    expect(await failureOf(redis.monitor().next())).toMatchObject({ code: 'NOPERM', outcome: 'refused' });
    expect(await failureOf(redis.command(['MONITOR']))).toMatchObject({
      code: 'UNSHAREABLE_COMMAND',
      message: expect.stringContaining('redis.monitor()') as string,
    });
  });
});

test('a monitor over a Unix socket says so of its clients', { timeout: REDIS_START_LIMIT_MS }, async () => {
  const server = await RedisServer.start({ unixSocket: true });
  onTestFinished(() => server.stop());
  const redis = await connect(`unix://${server.socketPath!}`);
  const monitor = redis.monitor();
  await monitor.ready();
  await redis.echo('x');
  expect((await nextNamed(monitor, 'echo')).client).toBe(`unix:${server.socketPath!}`);
});
