import { setTimeout as wait } from 'node:timers/promises';
import { HawserError } from 'hawser';
import type { Client, Subject, Subscribed, Taking, Told } from '../../faults/subject.ts';
import { readingRedis, subscribedRedis, waitingRedis } from '../../faults/subjects/redis-company.ts';
import { BRIEF } from './lying-subjects.ts';

/** More than takers have, and a busy machine adds. */
const LATE_MS = 3_000;

/** Hawser's own client, whose subscribers are told something else: of each event, what this makes of it. */
function tellingOtherwise(begin: () => (told: Told) => readonly Told[]): Subject {
  return subscribing((subscribed) => {
    const change = begin();
    return {
      ...subscribed,
      listen: (listener) =>
        subscribed.listen((told) => {
          if (told.type === 'ended') listener(told);
          else for (const each of change(told)) listener(each);
        }),
      async *[Symbol.asyncIterator]() {
        for await (const told of subscribed) yield* change(told);
      },
    };
  });
}

function subscribing(lie: (subscribed: Subscribed) => Subscribed): Subject {
  return lying(subscribedRedis(BRIEF, 3), (client) => ({ subscribe: (how) => lie(client.subscribe!(how)) }));
}

type Take = NonNullable<Client['take']>;

function taking(lie: (take: Take) => Take): Subject {
  return lying(waitingRedis(BRIEF), (client) => ({ take: lie((...call) => client.take!(...call)) }));
}

function lying(honest: Subject, lie: (client: Client) => Partial<Client>): Subject {
  return {
    ...honest,
    open: (access) => {
      const client = honest.open(access);
      return { ...client, ...lie(client) };
    },
  };
}

/** Does something else with one message, by its place. */
function withMessage(
  place: number,
  change: (told: Told) => readonly Told[],
): () => (told: Told) => readonly Told[] {
  return () => {
    let messages = 0;
    return (told) => (told.type === 'message' && (messages += 1) === place ? change(told) : [told]);
  };
}

export const TELLS_TWICE = tellingOtherwise(withMessage(2, (told) => [told, told]));

/** Of the messages, every third: some stand where no gap is near. */
export const LOSES_A_MESSAGE = tellingOtherwise(() => {
  let messages = 0;
  return (told) => (told.type === 'message' && (messages += 1) % 3 === 0 ? [] : [told]);
});

export const TELLS_OF_NO_GAP = tellingOtherwise(() => (told) => (told.type === 'gap' ? [] : [told]));

export const TELLS_OF_A_GAP_TOO_MANY = tellingOtherwise(
  withMessage(2, (told) => [
    { type: 'gap', channel: 'news.1', since: performance.now() - 1_000, downForMs: 1 },
    told,
  ]),
);

export const FORGETS_ITS_SUBSCRIBERS = tellingOtherwise(() => {
  let wasAway = false;
  return (told) => {
    wasAway ||= told.type === 'gap';
    return wasAway ? [] : [told];
  };
});

export const ENDS_IN_ERROR = subscribing((subscribed) => ({
  ...subscribed,
  async *[Symbol.asyncIterator]() {
    yield* subscribed;
    throw new Error('the client was closed');
  },
}));

export const NEVER_ENDS = subscribing((subscribed) => ({
  ...subscribed,
  async *[Symbol.asyncIterator]() {
    yield* subscribed;
    await new Promise(() => {});
  },
}));

/** Of the elements, every other one. */
export const LOSES_AN_ELEMENT = taking((take) => {
  let taken = 0;
  return async (how, waitMs, limits) => {
    const element = await take(how, waitMs, limits);
    return element !== undefined && (taken += 1) % 2 === 0 ? undefined : element;
  };
});

/** To every other taker, the element of the one before. */
export const HANDS_OUT_TWICE = taking((take) => {
  const last = new Map<Taking, string>();
  let taken = 0;
  return async (how, waitMs, limits) => {
    const element = await take(how, waitMs, limits);
    if (element === undefined) return undefined;
    const other = last.get(how) ?? element;
    last.set(how, element);
    return (taken += 1) % 2 === 0 ? other : element;
  };
});

export const MOVES_NOTHING = taking(
  (take) => (how, waitMs, limits) =>
    how === 'moved' ? take('list', waitMs, limits) : take(how, waitMs, limits),
);

/** Once it was lost; before that nobody would be served in time. */
export const KEEPS_WHO_LEAVES = taking((take) => {
  let wasLost = false;
  return async (how, waitMs, limits) => {
    try {
      return await take(how, waitMs, limits);
    } catch (error) {
      wasLost ||= isLoss(error);
      throw error;
    } finally {
      if (wasLost && limits?.signal?.aborted === true) await wait(LATE_MS);
    }
  };
});

/**
 * Of those that were given something and had no limit of their own, every other one knows nothing: some in any case before the
 * fault, which does not begin until all takers were served.
 */
export const KNOWS_NOTHING = taking((take) => {
  let taken = 0;
  return async (how, waitMs, limits) => {
    const element = await take(how, waitMs, limits);
    const isOfThem = element !== undefined && limits?.timeoutMs === undefined;
    if (isOfThem && (taken += 1) % 2 === 1) throw new Error('nobody knows');
    return element;
  };
});

export const FORGETS_ITS_TAKERS = taking((take) => {
  let wasLost = false;
  return async (how, waitMs, limits) => {
    if (wasLost) throw new Error('nobody is asked');
    return take(how, waitMs, limits).catch((error: unknown) => {
      wasLost ||= isLoss(error);
      throw error;
    });
  };
});

function reading(lie: (client: Client) => Partial<Client>): Subject {
  return lying(readingRedis(BRIEF), lie);
}

/** Of the entries, every third. */
export const LOSES_AN_ENTRY = reading((client) => ({
  read: (behind, count) => {
    const stream = client.read!(behind, count);
    return {
      close: () => stream.close(),
      async *[Symbol.asyncIterator]() {
        let entries = 0;
        for await (const entry of stream) if ((entries += 1) % 3 > 0) yield entry;
      },
    };
  },
}));

export const ENDS_READING_IN_ERROR = reading((client) => ({
  read: (behind, count) => {
    const stream = client.read!(behind, count);
    return {
      close: () => stream.close(),
      async *[Symbol.asyncIterator]() {
        yield* stream;
        throw new Error('the client was closed');
      },
    };
  },
}));

/** Of the entries that are shared, every other one, however often it is delivered: the first of all, not the one that the fault waits for. */
export const SEES_TO_SOME = reading((client) => ({
  consume: (stream, name, see) =>
    client.consume!(stream, name, async (entry) =>
      Number(entry.fields['number']) % 2 === 1 ? see(entry) : undefined,
    ),
}));

function isLoss(error: unknown): boolean {
  return error instanceof HawserError && error.code === 'CONNECTION_LOST';
}
