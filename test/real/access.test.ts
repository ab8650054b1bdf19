import { Redis, type HawserError } from 'hawser/redis';
import { inspectRedis, LeakCheck, RedisServer, type RedisValue } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import {
  changesOf,
  connect,
  failureOf,
  gaveAsReason,
  idOf,
  PATIENCE_MS,
  start,
  until,
  untilReady,
} from './clients.ts';

/** Runs a command as whoever has the server's password now. */
function asAdministrator(server: RedisServer, password: string, ...command: string[]): Promise<RedisValue> {
  return inspectRedis(addressOf(server, `:${password}`), command);
}

function addressOf(server: RedisServer, user: string): string {
  return `redis://${user}@127.0.0.1:${server.port}`;
}

/** Far beyond what a quick backoff waits. */
const SLOW_TRACK_MS = 10_000;

describe('a password that the server does not take', () => {
  test('`connect` rejects with the server’s own words, without the password, and leaves nothing behind', async () => {
    await using server = await RedisServer.start({ password: 'right' });
    const check = await LeakCheck.begin();
    const wrong = await failureOf(Redis.connect(addressOf(server, ':not-the-right-one')));
    expect(wrong).toMatchObject({
      code: 'HANDSHAKE_REFUSED',
      outcome: 'not-sent',
      cause: { code: 'WRONGPASS' },
    });
    expect(wrong.message).toMatch(/^HELLO: WRONGPASS invalid username-password pair/);
    expect(wrong.message).not.toContain('not-the-right-one');
    const none = await failureOf(Redis.connect(`redis://127.0.0.1:${server.port}`));
    expect(none).toMatchObject({ code: 'HANDSHAKE_REFUSED', cause: { code: 'NOAUTH' } });
    expect(await check.leftovers()).toEqual([]);
  });

  test('a connection that was started parks and says why; once the server takes it, `retryNow` connects', async () => {
    await using server = await RedisServer.start({ password: 'old' });
    const redis = start(addressOf(server, ':new'));
    const refused = { code: 'NOT_CONNECTED', outcome: 'not-sent' };
    const waiting = failureOf(redis.incr('never'));
    expect((await failureOf(redis.ready())).message).toContain('WRONGPASS');
    expect(await waiting).toMatchObject(refused);
    expect(await failureOf(redis.incr('never'))).toMatchObject(refused);
    expect(redis.explain()).toMatchObject({ state: 'parked', nextAttemptInMs: undefined });
    await asAdministrator(server, 'old', 'CONFIG', 'SET', 'requirepass', 'new');
    redis.retryNow();
    await untilReady(redis);
    expect(await redis.exists('never')).toBe(0);
  });

  test('rotated while connected: it is tried again slowly and visibly, and credentials are asked for anew', async () => {
    await using server = await RedisServer.start({ password: 'first' });
    let password = 'first';
    let asked = 0;
    const redis = await connect(server.url, {
      credentials: async () => {
        asked += 1;
        return Promise.resolve({ password });
      },
    });
    await asAdministrator(server, 'first', 'CONFIG', 'SET', 'requirepass', 'second');
    // Whoever is in stays in.
    expect(await redis.ping()).toBe('PONG');
    const id = await idOf(redis);
    await asAdministrator(server, 'second', 'CLIENT', 'KILL', 'ID', id);
    await until(() => gaveAsReason(redis, 'WRONGPASS') && redis.state === 'backing-off');
    expect(asked).toBe(2);
    const { nextAttemptInMs, lastCause } = redis.explain();
    expect(nextAttemptInMs).toBeGreaterThan(SLOW_TRACK_MS);
    expect(lastCause).toContain('WRONGPASS');
    password = 'second';
    redis.retryNow();
    await untilReady(redis);
    expect(asked).toBe(3);
    expect(await redis.ping()).toBe('PONG');
  });

  test('credentials that cannot be had are tried again, and what was thrown is the cause', async () => {
    await using server = await RedisServer.start({ password: 'right' });
    const away = new Error('the vault is sealed');
    let asked = 0;
    const redis = start(`redis://127.0.0.1:${server.port}`, {
      credentials: () => {
        asked += 1;
        if (asked < 3) throw away;
        return { password: 'right' };
      },
    });
    const changes = changesOf(redis);
    await untilReady(redis);
    expect(changes.find(({ to }) => to === 'backing-off')).toMatchObject({
      cause: { code: 'CONNECT_FAILED', cause: away },
    });
  });
});

describe('a user of an access control list', () => {
  test('has the database, the name and RESP3 that were asked for, as CLIENT LIST shows', async () => {
    await using server = await RedisServer.start();
    await server.inspect(['ACL', 'SETUSER', 'orders', 'on', '>p@ss w/rd', '~*', '+@all']);
    const redis = await connect(`${addressOf(server, 'orders:p%40ss%20w%2Frd')}/3`, {
      clientName: 'orders-1',
    });
    await redis.hset('hash', { field: 'value' });
    expect(await redis.command(['HGETALL', 'hash'])).toEqual(new Map([['field', 'value']]));
    const clients = String(await server.inspect(['CLIENT', 'LIST']));
    const line = clients.split('\n').find((client) => client.includes(' name=orders-1 '));
    expect(line).toMatch(/ db=3 .* user=orders .* resp=3/);
    expect(await inspectRedis(`${server.url}/3`, ['HGET', 'hash', 'field'])).toBe('value');
  });

  test('keeps all of that through a reconnect, before any call', async () => {
    await using server = await RedisServer.start();
    await server.inspect(['ACL', 'SETUSER', 'orders', 'on', '>secret', '~*', '+@all']);
    const redis = await connect(`${addressOf(server, 'orders:secret')}/3`, { clientName: 'orders-1' });
    const id = await idOf(redis);
    await server.inspect(['CLIENT', 'KILL', 'ID', id]);
    await until(() => redis.explain().transitions.length > 3);
    expect(await redis.set('key', 'value')).toBe('OK');
    expect(await inspectRedis(`${server.url}/3`, ['GET', 'key'])).toBe('value');
    expect(await redis.command(['ACL', 'WHOAMI'])).toBe('orders');
  });

  test('who may not run a command is refused by name, and the connection is not affected', async () => {
    await using server = await RedisServer.start();
    await server.inspect(['ACL', 'SETUSER', 'reader', 'on', '>secret', '~*', '+@read', '+@connection']);
    const redis = await connect(addressOf(server, 'reader:secret'));
    const changes = changesOf(redis);
    expect(await failureOf(redis.set('key', 'value'))).toMatchObject({
      code: 'NOPERM',
      outcome: 'refused',
      command: 'SET',
    });
    expect(await redis.get('key')).toBeNull();
    expect(changes).toEqual([]);
  });

  test('who was switched off while connected is tried again slowly, and gets in once switched on', async () => {
    await using server = await RedisServer.start();
    await server.inspect(['ACL', 'SETUSER', 'orders', 'on', '>secret', '~*', '+@all']);
    const redis = await connect(addressOf(server, 'orders:secret'), { slowRetryMs: 50 });
    const changes = changesOf(redis);
    await server.inspect(['ACL', 'SETUSER', 'orders', 'off']);
    // Redis itself cuts the connections of a user who is deleted, not of one who is switched off.
    await server.inspect(['CLIENT', 'KILL', 'USER', 'orders']);
    await until(() => changes.filter(({ cause }) => cause?.message.includes('WRONGPASS')).length >= 3);
    expect(changes.map(({ to }) => to)).not.toContain('parked');
    await server.inspect(['ACL', 'SETUSER', 'orders', 'on']);
    await untilReady(redis);
    expect(await redis.ping()).toBe('PONG');
  });

  test('a database that does not exist parks the connection', async () => {
    await using server = await RedisServer.start();
    const failure = await failureOf(Redis.connect(`${server.url}/99`));
    expect(failure).toMatchObject({ code: 'HANDSHAKE_REFUSED', outcome: 'not-sent' });
    expect(failure.message).toBe('SELECT: ERR DB index is out of range');
  });
});

describe('a server that has no time or room now', () => {
  test('maxclients: it is tried again, with the server’s words as the reason, until there is room', async () => {
    await using server = await RedisServer.start({ args: ['--maxclients', '2'] });
    const holders = [start(server.url), start(server.url)];
    await Promise.all(holders.map((holder) => untilReady(holder)));
    const redis = start(server.url);
    await until(() => gaveAsReason(redis, 'max number of clients reached'));
    expect(redis.explain().transitions.map(({ to }) => to)).not.toContain('parked');
    await holders[0]?.close();
    await untilReady(redis);
    expect(await redis.ping()).toBe('PONG');
  });

  test('BUSY with an endless script: calls are refused and connecting is tried again until it is over', async () => {
    await using server = await RedisServer.start({ args: ['--lua-time-limit', '10'] });
    const patient = { stallAfterMs: Infinity, timeoutMs: Infinity } as const;
    const culprit = await connect(server.url, patient);
    const bystander = await connect(server.url, patient);
    const changes = changesOf(bystander);
    const script = failureOf(culprit.command(['EVAL', 'while true do end', 0]));
    const isBusy = async (): Promise<boolean> =>
      bystander.get('key').then(
        () => false,
        ({ code, outcome }: HawserError) => code === 'BUSY' && outcome === 'refused',
      );
    await until(isBusy);
    const failure = await failureOf(Redis.connect(`${server.url}/1`));
    expect(failure).toMatchObject({ code: 'CONNECT_FAILED', outcome: 'not-sent', cause: { code: 'BUSY' } });
    const late = start(`${server.url}/1`);
    await until(() => gaveAsReason(late, 'BUSY'));
    await bystander.command(['SCRIPT', 'KILL']);
    expect((await script).message).toContain('Script killed by user');
    expect(await script).toMatchObject({ outcome: 'refused', command: 'EVAL' });
    await untilReady(late);
    expect(await bystander.get('key')).toBeNull();
    expect(changes).toEqual([]);
  });

  test('LOADING its data: calls are refused, connecting is tried again, and all is well when it is done', async () => {
    // A millisecond a key, and a look at the sockets between them.
    const args = ['--key-load-delay', '1000', '--loading-process-events-interval-bytes', '1024'];
    await using server = await RedisServer.start({ args });
    await server.inspect(['DEBUG', 'POPULATE', '500']);
    const patient = { stallAfterMs: Infinity, timeoutMs: PATIENCE_MS } as const;
    const redis = await connect(server.url, patient);
    const bystander = await connect(server.url, patient);
    const changes = changesOf(bystander);
    const loaded = redis.command(['DEBUG', 'RELOAD']);
    const late = start(server.url, patient);
    const refusal = async (): Promise<boolean> =>
      bystander.get('key:1').then(
        () => false,
        ({ code, outcome }: HawserError) => code === 'LOADING' && outcome === 'refused',
      );
    await until(refusal);
    await until(() => gaveAsReason(late, 'LOADING'));
    expect(await loaded).toBe('OK');
    expect(await bystander.get('key:1')).toBe('value:1');
    await untilReady(late);
    expect(await late.get('key:1')).toBe('value:1');
    expect(changes).toEqual([]);
  });
});
