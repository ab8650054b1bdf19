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
  return [
    shared,
    pooled,
    lying('repeats writes', (client) => ({
      append: (ledger, entry) =>
        client.append(ledger, entry).catch(async () => {
          await client.ready();
          return client.append(ledger, entry);
        }),
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
