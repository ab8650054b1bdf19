import { Redis } from 'hawser/redis';
import { READERS } from '../company/readers.ts';
import { TAKERS } from '../company/takers.ts';
import type { CallLimits, Subject, Subscribed, Subscribing, Taking } from '../subject.ts';
import { QUEUES } from '../system.ts';
import type { Tempo } from '../tempo.ts';
import { callsOf, DEFAULTS, notZero, optionsOf, sharedRedis, urlOf, type Limits } from './hawser-redis.ts';

/** All that there are here, as a process of the lab asks for them. */
export function subjects(tempo: Tempo): readonly Subject[] {
  return [subscribedRedis(tempo, 3), subscribedRedis(tempo, 2), waitingRedis(tempo), readingRedis(tempo)];
}

/** The shared one, with subscriptions beside the calls: on the same connection (RESP3), or on one of their own (RESP2). */
export function subscribedRedis(tempo: Limits, protocol: 2 | 3): Subject {
  const shared = sharedRedis(tempo);
  const { stallAfterMs } = tempo.limits ?? DEFAULTS;
  return {
    ...shared,
    name: `redis-subscribed-resp${protocol}`,
    how: `${shared.how}, RESP${protocol}`,
    module: import.meta.url,
    company: 'subscribers',
    // Messages pass for a sign of life so long (docs/subscriptions.md).
    ...(protocol === 3 ? { unansweredMs: 6 * stallAfterMs } : { socketsMax: 2, dialers: 2 }),
    open(access) {
      const client = Redis.start(urlOf(access), { ...optionsOf(access, tempo), protocol });
      const odd = (): string[] => {
        const { subscriptions, ...own } = client.explain();
        const books = subscriptions === undefined ? [own] : [own, subscriptions];
        return books.flatMap((one) => notZero(one, ['waiting', 'inFlight']));
      };
      return { ...callsOf(client), subscribe: (how) => subscribe(client, how), oddBooks: odd };
    },
  };
}

/** The shared one, with calls beside it that wait on the server, each on a connection of its own. */
export function waitingRedis(tempo: Limits): Subject {
  return {
    ...sharedRedis(tempo),
    name: 'redis-waiting',
    module: import.meta.url,
    company: 'takers',
    socketsMax: 1 + TAKERS,
    dialers: 2,
    open(access) {
      const options = { ...optionsOf(access, tempo), dedicated: { max: TAKERS } };
      const client = Redis.start(urlOf(access), options);
      const odd = (): string[] => {
        const { dedicated, ...own } = client.explain();
        return [
          ...notZero(own, ['waiting', 'inFlight']),
          ...(dedicated === undefined ? [] : notZero(dedicated, ['waiting', 'leased', 'resetting'])),
        ];
      };
      return {
        ...callsOf(client),
        take: (how, waitMs, limits) => TAKE[how](client, waitMs / 1_000, limits),
        oddBooks: odd,
      };
    },
  };
}

/** Entries that a consumer sees to at once. */
const CONCURRENCY = 3;

/** The shared one, with streams that are read beside it, each reader on a connection of its own. */
export function readingRedis(tempo: Limits): Subject {
  // What a server hands to a connection that is dead, and not known to be, is nobody's for so long. The default is a minute.
  const claimIdleMs = tempo.limits === undefined ? 3_000 : 500;
  return {
    ...sharedRedis(tempo),
    name: 'redis-reading',
    how: `${sharedRedis(tempo).how}, claimIdleMs ${claimIdleMs}`,
    module: import.meta.url,
    company: 'readers',
    // Who comes back may be there before what it had is closed.
    socketsMax: 1 + READERS + 1,
    dialers: 2,
    open(access) {
      const client = Redis.start(urlOf(access), {
        ...optionsOf(access, tempo),
        dedicated: { max: READERS + 1 },
      });
      return {
        ...callsOf(client),
        consume(stream, consumer, see) {
          const group = { group: 'group', createGroup: '0', concurrency: CONCURRENCY, claimIdleMs };
          const consuming = client.consumer({ stream, consumer, ...group, handler: see });
          return { finished: () => consuming.finished({ timeoutMs: Infinity }) };
        },
        read: (behind, count) => client.stream(behind, count === undefined ? {} : { count }),
        oddBooks: () => notZero(client.explain(), ['waiting', 'inFlight']),
      };
    },
  };
}

function subscribe(client: Redis, { to, names, keptMax }: Subscribing): Subscribed {
  const options = keptMax === undefined ? {} : { maxBuffered: keptMax };
  const subscription =
    to === 'pattern' ? client.psubscribe(names, options) : client.subscribe(names, options);
  return {
    ready: () => subscription.ready({ timeoutMs: Infinity }),
    listen: (listener) => subscription.listen(listener),
    close: () => subscription.close(),
    [Symbol.asyncIterator]: () => subscription,
  };
}

type Take = (client: Redis, waitSeconds: number, limits?: CallLimits) => Promise<string | undefined>;

const TAKE: Readonly<Record<Taking, Take>> = {
  async list(client, waitSeconds, limits) {
    return (await client.blpop(QUEUES.list, waitSeconds, limits))?.element;
  },
  async moved(client, waitSeconds, limits) {
    const { source, destination } = QUEUES;
    return (await client.blmove(source, destination, 'LEFT', 'RIGHT', waitSeconds, limits)) ?? undefined;
  },
  async ranked(client, waitSeconds, limits) {
    return (await client.bzpopmin(QUEUES.ranked, waitSeconds, limits))?.member;
  },
};
