import type { CredentialsFunction } from 'hawser/redis';
import { expect, test } from 'vitest';
import { redisServer } from '../support/redis.ts';
import { connect, pool, until } from './clients.ts';
import { adding, Load } from './load.ts';

const USERS = ['first', 'second', 'third'];
const server = redisServer({ users: USERS.map((name) => `${name} on >of-${name} ~* &* +@all`) });

/** A function that gives one user after the other. */
function inTurn(validForMs?: number): CredentialsFunction {
  let count = 0;
  return () => {
    const username = USERS[count % USERS.length]!;
    count += 1;
    return { username, password: `of-${username}`, validForMs };
  };
}

test('a shared connection and its subscription become another user under load, and no call is lost', async () => {
  const redis = await connect(server().url, { credentials: inTurn(1_100) });
  const id = await redis.clientId();
  const events: string[] = [];
  redis.subscribe('news').listen(({ type }) => events.push(type));
  const load = new Load(8, () => redis.incr('n'), adding('n'));
  await until(async () => (await redis.aclWhoami()) === 'third');
  await load.stop();
  expect(await redis.clientId()).toBe(id);
  expect(load.history.summary()).toMatchObject({ refused: 0, unknown: 0, 'not-sent': 0 });
  expect(load.history.checkCounter('n', Number(await redis.get('n')))).toEqual([]);
  await redis.publish('news', 'here');
  await until(() => events.length > 0);
  expect(events).toEqual(['message']);
  expect(redis.explain().credentials).toMatchObject({ failures: 0, lastFailure: undefined });
});

test('so do the connections of a pool, and one that is lent', async () => {
  const redis = pool(server().url, { credentials: inTurn(), max: 1 });
  await redis.dedicated(async (own) => {
    const id = await own.clientId();
    expect(await own.aclWhoami()).toBe('first');
    redis.renewCredentials();
    await until(() => redis.explain().credentials?.renewals === 1);
    await own.set('key', 'value');
    expect(await own.clientId()).toBe(id);
  });
  expect(await redis.aclWhoami()).toBe('second');
  expect(redis.explain().counts).toMatchObject({ opened: 1 });
});

test('what the server refuses leaves a connection as it was', async () => {
  let isWrong = false;
  const redis = await connect(server().url, {
    credentials: () => ({ username: 'first', password: isWrong ? 'wrong' : 'of-first' }),
  });
  isWrong = true;
  redis.renewCredentials();
  await until(() => redis.explain().credentials?.failures === 1);
  expect(redis.explain().credentials?.lastFailure).toMatch(/^WRONGPASS/);
  expect(await redis.aclWhoami()).toBe('first');
  isWrong = false;
  await until(() => redis.explain().credentials?.failures === 0);
  expect(redis.explain().transitions.filter(({ to }) => to === 'ready')).toHaveLength(1);
});
