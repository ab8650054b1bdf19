import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Client, Subject } from '../../faults/subject.ts';
import { sharedRedis } from '../../faults/subjects/hawser-redis.ts';
import { QUICK, type Tempo } from '../../faults/tempo.ts';

/** As short as faults and waits can be here. */
export const BRIEF: Tempo = {
  ...QUICK,
  beforeMs: 10,
  holdMs: 100,
  afterMs: 10,
  closeMs: 100,
  patienceMs: 5_000,
};

/** For clients that keep the lab waiting. */
export const IMPATIENT: Tempo = { ...BRIEF, patienceMs: 1_000 };

/** For faults that are to last. */
export const LASTING: Tempo = { ...BRIEF, holdMs: QUICK.holdMs };

type Limits = NonNullable<Tempo['limits']>;

/** Hawser's own client, set up with other limits than it says. */
function withLimits(limits: Partial<Limits>): Subject {
  const honest = sharedRedis(BRIEF);
  return { ...honest, open: sharedRedis({ ...BRIEF, limits: { ...BRIEF.limits!, ...limits } }).open };
}

/** Hawser's own client, some calls of which do something else. */
function lying(lie: (client: Client, endpoint: { host: string; port: number }) => Partial<Client>): Subject {
  const honest = sharedRedis(BRIEF);
  return {
    ...honest,
    open: (access) => {
      const client = honest.open(access);
      return { ...client, ...lie(client, access.endpoints[0]!) };
    },
  };
}

export const SETTLES_NEVER: Subject = {
  ...lying((client) => {
    const never = (): Promise<never> => new Promise(() => {});
    return {
      echo: (text, limits) => client.echo(text, limits).catch(never),
      increment: (counter, limits) => client.increment(counter, limits).catch(never),
      append: (ledger, entry, limits) => client.append(ledger, entry, limits).catch(never),
    };
  }),
  timeoutMs: undefined,
};

export const SETTLES_LATE: Subject = lying((client) => ({
  // Only when the connection was lost, or they would be late before the fault as well.
  increment: (counter, limits) =>
    client.increment(counter, limits).catch(async (error: unknown) => {
      await wait(BRIEF.limits!.timeoutMs + 600);
      throw error;
    }),
}));

export const SWAPS_REPLIES: Subject = lying((client) => {
  let last: string | undefined;
  return {
    echo: async (text, limits) => {
      const own = await client.echo(text, limits);
      const other = last;
      last = own;
      return other ?? own;
    },
  };
});

export const ANSWERS_BEFORE_IT_ASKS: Subject = lying((client) => ({
  append: async (ledger, entry) => {
    setTimeout(() => void client.append(ledger, entry).catch(() => {}), 200);
    return 1;
  },
}));

export const REPEATS_A_COUNT: Subject = lying((client) => ({
  increment: (counter) => client.increment(counter).catch(() => client.increment(counter)),
}));

export const REPEATS_AN_ENTRY: Subject = lying((client) => ({
  append: (ledger, entry) => client.append(ledger, entry).catch(() => client.append(ledger, entry)),
}));

export const CALLS_SENT_NOT_SENT: Subject = { ...sharedRedis(BRIEF), outcomeOf: () => 'not-sent' };

/** Once for each of the first calls that fail: many however busy the machine is, and few enough for it. */
export const DIALS_IN_A_HOT_LOOP: Subject = lying((client, endpoint) => {
  let dials = 0;
  const dial = (error: unknown): never => {
    if ((dials += 1) <= 200) {
      const socket = connect(endpoint, () => socket.destroy()).on('error', () => {});
    }
    throw error;
  };
  return {
    echo: (text, limits) => client.echo(text, limits).catch(dial),
    increment: (counter, limits) => client.increment(counter, limits).catch(dial),
    append: (ledger, entry, limits) => client.append(ledger, entry, limits).catch(dial),
  };
});

export const OPENS_TOO_MANY_SOCKETS: Subject = lying((client, endpoint) => {
  const socket = connect(endpoint).on('error', () => {});
  return {
    close: (timeoutMs) => {
      socket.destroy();
      return client.close(timeoutMs);
    },
  };
});

export const NEVER_GIVES_UP: Subject = withLimits({ stallAfterMs: 60_000 });

/** One whose sockets are made elsewhere, and who tells of nothing. */
export function unseen(subject: Subject): Subject {
  return {
    ...subject,
    countsDials: false,
    open: (access) => {
      const { onConnected: _, ...client } = subject.open(access);
      return client;
    },
  };
}

export const NEVER_COMES_BACK: Subject = withLimits({ backoff: { baseMs: 3_600_000, capMs: 3_600_000 } });

export const FORGETS_A_CALLER: Subject = lying((client) => {
  let isForgotten = false;
  return {
    append: async (ledger, entry, limits) => {
      if (isForgotten && entry.startsWith('7-')) throw new Error('nobody is asked');
      return client.append(ledger, entry, limits).catch((error: unknown) => {
        isForgotten = true;
        throw error;
      });
    },
    increment: async (counter, limits) => {
      if (isForgotten) throw new Error('nobody is asked');
      return client.increment(counter, limits);
    },
  };
});

/** When it was lost, each caller is confirmed one more write, and then none. */
export const IS_LOST_AGAIN: Subject = lying((client) => {
  const lastServed = new Set<string>();
  let wasLost = false;
  return {
    increment: async (counter, limits) => {
      if (wasLost) throw new Error('nobody is asked');
      return client.increment(counter, limits).catch((error: unknown) => {
        wasLost = true;
        throw error;
      });
    },
    append: async (ledger, entry, limits) => {
      const caller = entry.split('-')[0]!;
      if (lastServed.has(caller)) throw new Error('nobody is asked');
      const reply = await client.append(ledger, entry, limits);
      if (wasLost) lastServed.add(caller);
      return reply;
    },
  };
});

export const CANNOT_COUNT: Subject = lying(() => ({ oddBooks: () => ['waiting is 1, though nobody asks'] }));

/** The first time; the lab closes it again when it clears away. */
export const CLOSE_HANGS: Subject = lying((client) => {
  let closes = 0;
  return {
    close: async (timeoutMs) => {
      await client.close(timeoutMs);
      if ((closes += 1) === 1) await new Promise(() => {});
    },
  };
});

export const CLOSE_REJECTS: Subject = lying((client) => ({
  close: async (timeoutMs) => {
    await client.close(timeoutMs);
    throw new Error('it was closed already');
  },
}));

/** What was left behind by {@link LEAVES_A_SOCKET} and {@link LEAVES_A_TIMER}, for the tests to clear away. */
export const leftBehind: (Socket | NodeJS.Timeout)[] = [];

export const LEAVES_A_SOCKET: Subject = lying((client, endpoint) => ({
  close: async (timeoutMs) => {
    await client.close(timeoutMs);
    leftBehind.push(connect(endpoint).on('error', () => {}));
  },
}));

export const LEAVES_A_TIMER: Subject = lying((client) => ({
  close: async (timeoutMs) => {
    await client.close(timeoutMs);
    leftBehind.push(setTimeout(() => {}, 60_000));
  },
}));

export const THROWS_IN_A_TIMER: Subject = lying(() => {
  setTimeout(() => {
    throw new Error('thrown in a timer');
  }, 1);
  return {};
});

export const REJECTS_UNHEARD: Subject = lying(() => {
  void Promise.reject(new Error('nobody hears this'));
  return {};
});
