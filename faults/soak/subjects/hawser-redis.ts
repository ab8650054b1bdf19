import { Redis, type RedisCommand, type RedisConnection, type RedisPool } from 'hawser/redis';
import { callsOf, notZero, optionsOf, pooledRedis, sharedRedis, urlOf } from '../../subjects/hawser-redis.ts';
import {
  NothingWritten,
  type SoakCallLimits,
  type SoakClient,
  type SoakSubject,
  type Step,
} from '../subject.ts';
import { SOAK } from '../tempo.ts';

/** Fewer than there are callers. */
const POOL_MAX = 8;
const DEDICATED_MAX = 4;

/** Hawser's clients of Redis, as a process of the soak asks for them. */
export function subjects(): readonly SoakSubject[] {
  return [shared(), pooled()];
}

function shared(): SoakSubject {
  return {
    ...sharedRedis(SOAK),
    socketsMax: 1 + DEDICATED_MAX,
    open(access) {
      const options = { ...optionsOf(access, SOAK), dedicated: { max: DEDICATED_MAX } };
      const client = Redis.start(urlOf(access), options);
      return {
        ...moreCallsOf(client),
        oddBooks() {
          const { dedicated, ...own } = client.explain();
          const odd = notZero(own, ['waiting', 'inFlight', 'abandoned', 'pendingBytes']);
          return dedicated === undefined
            ? odd
            : [...odd, ...notZero(dedicated, ['waiting', 'leased', 'resetting'])];
        },
        counts() {
          const { waiting, inFlight, abandoned, pendingBytes, dedicated } = client.explain();
          return {
            waiting,
            'in flight': inFlight,
            abandoned,
            'pending bytes': pendingBytes,
            lent: dedicated?.leased ?? 0,
          };
        },
      };
    },
  };
}

function pooled(): SoakSubject {
  return {
    ...pooledRedis(SOAK),
    socketsMax: POOL_MAX,
    open(access) {
      const client = Redis.pool(urlOf(access), { ...optionsOf(access, SOAK), max: POOL_MAX });
      return {
        ...moreCallsOf(client),
        oddBooks: () => notZero(client.explain(), ['waiting', 'leased', 'resetting']),
        counts() {
          const { waiting, leased, opening, closing } = client.explain();
          return { waiting, lent: leased, opening, closing };
        },
      };
    },
  };
}

function moreCallsOf(client: Redis | RedisPool): Omit<SoakClient, 'counts' | 'oddBooks'> {
  return {
    ...callsOf(client),
    keep: (set, entry, limits) => client.command(['SADD', set, entry], limits),
    pipeline: (steps, limits) => client.pipeline(steps.map(commandOf), limits),
    transaction: (steps, limits) => client.transaction(steps.map(commandOf), limits),
    incrementIfUnchanged: (counter, ledger, entry, limits) =>
      client.dedicated((own) => incrementIfUnchanged(own, { counter, ledger, entry }, limits), limits),
    take: (ledger, waitMs, limits) => take(client, ledger, waitMs, limits),
    takeAlone: (ledger, waitMs, limits) =>
      client.dedicated((own) => take(own, ledger, waitMs, limits), limits),
    leave: (how, ledger, entry, limits) =>
      client.dedicated(async (own) => {
        if (how === 'watching') return own.command(['WATCH', ledger], limits);
        if (how === 'elsewhere') return own.command(['SELECT', 1], limits);
        await own.command(['MULTI'], limits);
        return own.rpush(ledger, entry, limits);
      }, limits),
  };
}

async function incrementIfUnchanged(
  own: RedisConnection,
  { counter, ledger, entry }: { readonly counter: string; readonly ledger: string; readonly entry: string },
  limits: SoakCallLimits | undefined,
): Promise<number | undefined> {
  let next: number;
  try {
    await own.command(['WATCH', counter], limits);
    next = Number((await own.get(counter, limits)) ?? 0) + 1;
  } catch (error) {
    throw new NothingWritten(error);
  }
  const done = await own.transaction(
    [
      ['SET', counter, next],
      ['RPUSH', ledger, entry],
    ],
    limits,
  );
  return done === null ? undefined : next;
}

async function take(
  client: Redis | RedisPool | RedisConnection,
  ledger: string,
  waitMs: number,
  limits: SoakCallLimits | undefined,
): Promise<string | undefined> {
  const reply = (await client.command(['BLPOP', ledger, waitMs / 1_000], limits)) as [string, string] | null;
  return reply?.[1];
}

function commandOf(step: Step): RedisCommand {
  switch (step.does) {
    case 'increment':
      return ['INCR', step.counter];
    case 'append':
      return ['RPUSH', step.ledger, step.entry];
    case 'echo':
      return ['ECHO', step.text];
  }
}
