import { setTimeout as wait } from 'node:timers/promises';
import { HawserError, type Outcome } from 'hawser';
import { SeededRandom } from 'hawser/testing';
import { expect, test } from 'vitest';
import { Round } from '../../faults/soak/round.ts';
import type { SoakClient } from '../../faults/soak/subject.ts';
import { MemoryServer, ROUND } from './memory-server.ts';

const POLL_MS = 5;

type Lie = [
  what: string,
  lie: (client: SoakClient, server: MemoryServer) => Partial<SoakClient>,
  words: RegExp,
];

/** For so many calls, and until all callers have finished: what a taker is being given would be gone. */
const PATIENT = {
  // In these each kind of call comes many times, the rarest of them too, in whatever order callers have their turns.
  calls: 1_500,
  end: (round: Round): Promise<unknown> => round.stop(),
  graceMs: 60_000,
} as const;
/** Callers whose call hangs do not finish. Late is whatever has not settled in the end, on any machine; of nothing else is it said. */
const HANGING = {
  calls: 500,
  end: (round: Round): Promise<unknown> => Promise.race([round.stop(), wait(150)]),
  graceMs: 0,
} as const;

interface Traffic {
  readonly calls: number;
  readonly end: (round: Round) => Promise<unknown>;
  readonly graceMs: number;
  readonly outcomeOf?: typeof truth;
}

/** What a round of traffic finds out about a client that tells the truth but for some of its calls. */
async function findings(
  lie: (client: SoakClient, server: MemoryServer) => Partial<SoakClient>,
  { calls, end, graceMs, outcomeOf = truth }: Traffic,
): Promise<string> {
  const server = new MemoryServer();
  const round = new Round(ROUND, {
    client: { ...server.client, ...lie(server.client, server) },
    outcomeOf,
    random: new SeededRandom(1),
    timeoutMs: 50,
    lasting: new AbortController().signal,
  });
  await round.nextWrite();
  while (round.summary().calls < calls) await wait(POLL_MS);
  await end(round);
  return round.check(await server.found(), { graceMs }).join('\n');
}

function truth(error: unknown): Outcome {
  return error instanceof HawserError ? error.outcome : 'unknown';
}

test('a client that tells the truth is right in all books, though calls fail', async () => {
  expect(await findings(() => ({}), PATIENT)).toBe('');
});

test.for<Lie>([
  [
    'repeats a write that was lost',
    (client) => ({
      append: (ledger, entry) => client.append(ledger, entry).catch(() => client.append(ledger, entry)),
    }),
    /ledger soak:0:ledger: \d+-\d+ is stored 2 times/,
  ],
  [
    'loses what it has confirmed',
    (client) => ({ keep: (set) => client.keep(set, 'the one that it keeps') }),
    /ledger soak:0:set: \d+-\d+ was confirmed, and is not stored/,
  ],
  [
    "gives a caller another one's answer",
    (client) => {
      let last = '';
      return {
        async echo(text) {
          const own = await client.echo(text);
          const other = last;
          last = own;
          return other;
        },
      };
    },
    /not its own answer: echo/,
  ],
  [
    'counts twice',
    (client, server) => ({
      increment: (counter) => {
        server.add(counter);
        return client.increment(counter);
      },
    }),
    /counter soak:0:counter: the server has \d+, and only/,
  ],
  [
    'does half of a transaction',
    (client) => ({ transaction: ([first]) => client.transaction([first!]) }),
    /soak:0:transactions is \d+, and soak:0:transacted has 0 entries, though both are written in one transaction/,
  ],
  [
    'writes though a counter has changed meanwhile',
    (client) => ({ incrementIfUnchanged: (_, ledger, entry) => client.append(ledger, entry).then(() => 1) }),
    /counter soak:0:changes: .* was told 1, and another call owns some of what it added/,
  ],
  [
    'stores a later entry in front of an earlier one',
    (client, server) => ({
      async append(ledger, entry) {
        await client.echo('');
        server.entries.set(ledger, [entry, ...(server.entries.get(ledger) ?? [])]);
      },
    }),
    /ledger soak:0:ledger: \d+-\d+ of caller \d+ was asked for before \d+-\d+, and stands behind it/,
  ],
  [
    'gives an entry to two takers',
    (client, server) => ({
      async take(ledger) {
        await client.echo('');
        return server.entries.get(ledger)?.[0];
      },
    }),
    /queue: \d+-\d+ was put in once, and is there or was taken \d+ times/,
  ],
  [
    'drops what it should give to a taker',
    (client) => ({ take: (ledger, waitMs) => client.take(ledger, waitMs).then(() => undefined) }),
    /queue: \d+ entries are gone, and only \d+ takers do not know what they were given/,
  ],
  [
    'does what was left in an open transaction',
    (client) => ({ leave: (_, ledger, entry) => client.append(ledger, entry) }),
    /ledger soak:0:ledger: \d+-\d+, never is stored, and nobody asked for it/,
  ],
])('a client that %s is found', async ([, lie, words]) => {
  expect(await findings(lie, PATIENT)).toMatch(words);
});

test('a client that calls not sent what it has lost is found', async () => {
  expect(await findings(() => ({}), { ...PATIENT, outcomeOf: () => 'not-sent' })).toMatch(
    /is stored, and was said to be not-sent/,
  );
});

test.for<Lie>([
  [
    'never settles a call',
    (client) => ({
      increment: (counter) => client.increment(counter).catch(() => new Promise<never>(() => {})),
    }),
    /increment \d+-\d+ of caller \d+ has not settled \d+(\.\d)? ms after its deadline/,
  ],
  [
    'answers fewer calls of a pipeline than were made',
    (client) => ({ pipeline: (steps) => client.pipeline(steps).then((answers) => answers.slice(1)) }),
    /in a pipeline.* has not settled/,
  ],
])('a client that %s is found', async ([, lie, words]) => {
  expect(await findings(lie, HANGING)).toMatch(words);
});
