// Clients that do not keep their word, for the tests of what the soak finds out in a process of theirs.
import { setTimeout as wait } from 'node:timers/promises';
import { subjects as honestSubjects } from '../../build/faults/soak/subjects/hawser-redis.js';

/** Calls that go well before a client does harm. */
const CALLS_BEFORE = 20;

export function subjects() {
  const [shared, pooled] = honestSubjects();
  /** @param {(client: import('../../faults/soak/subject.ts').SoakClient) => object} lie */
  const lying = (name, lie) => ({
    ...shared,
    name,
    open(access) {
      const client = shared.open(access);
      return { ...client, ...lie(client) };
    },
  });
  let calls = 0;
  let appends = 0;
  return [
    shared,
    pooled,
    // Every tenth one, so that it does not depend on what a reset meets.
    lying('repeats writes', (client) => ({
      async append(ledger, entry) {
        appends += 1;
        const length = await client.append(ledger, entry);
        return appends % 10 === 0 ? client.append(ledger, entry) : length;
      },
    })),
    lying('keeps listeners and sockets', (client) => ({
      echo(text, limits) {
        limits?.signal?.addEventListener('abort', () => {});
        return client.echo(text, limits);
      },
      close: () => wait(1),
    })),
    lying('rejects unhandled', (client) => ({
      increment(counter, limits) {
        void Promise.reject(new Error('nobody looks'));
        return client.increment(counter, limits);
      },
    })),
    lying('exits', (client) => ({
      increment(counter, limits) {
        calls += 1;
        return calls > CALLS_BEFORE ? process.exit(3) : client.increment(counter, limits);
      },
    })),
  ];
}
