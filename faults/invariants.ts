import { setTimeout as wait } from 'node:timers/promises';
import { BOOKS } from './callers.ts';
import type { PlayedFault, Row, Stage } from './row.ts';
import { GRACE_MS } from './tempo.ts';

/** What must hold after every row, whatever its fault was. */
export const INVARIANTS: readonly {
  readonly name: string;
  /** For people: what it means. */
  readonly meaning: string;
  readonly broken: (
    stage: Stage,
    row: Row,
    fault: PlayedFault,
  ) => readonly string[] | Promise<readonly string[]>;
}[] = [
  {
    name: 'settles',
    meaning: 'every call settles, once, by its deadline',
    broken: ({ history, tempo }, row) =>
      history.checkSettled({ graceMs: GRACE_MS + (row.blockedMs?.(tempo) ?? 0) }),
  },
  {
    name: 'own answer',
    meaning: 'no reply reaches another caller',
    broken: ({ history }) => history.checkOwnAnswers(),
  },
  {
    name: 'counter',
    meaning: 'confirmed increments have happened, others at most once, and those that were not sent never',
    broken: async ({ history, system, keeper }) =>
      history.checkCounter(BOOKS.counter, await system.counter(keeper, BOOKS.counter)),
  },
  {
    name: 'ledger',
    meaning:
      'confirmed entries are stored, none twice, none that was not sent, and in the order of each caller',
    broken: async ({ history, system, keeper }) => {
      const stored = await system.ledger(keeper, BOOKS.ledger);
      return [...history.checkLedger(BOOKS.ledger, stored), ...history.checkOrder(BOOKS.ledger, stored)];
    },
  },
  {
    name: 'sockets',
    meaning: 'no more sockets than allowed, closing ones included',
    broken: ({ subject }, _, { sockets }) =>
      sockets > subject.socketsMax
        ? [`${sockets} sockets were open at once, of at most ${subject.socketsMax}`]
        : [],
  },
  {
    name: 'books',
    meaning: 'what the client says of itself adds up',
    broken: ({ client }) => client.oddBooks?.() ?? [],
  },
  {
    name: 'no storm',
    meaning: 'attempts to connect stay within what the backoff allows',
    broken: ({ subject, tempo }, row, { dials }) => {
      const most = dialsMax(
        row.holdMs?.(tempo, subject) ?? tempo.holdMs,
        tempo.limits?.backoff.baseMs ?? 100,
      );
      return dials > subject.socketsMax + most
        ? [`it dialled ${dials} times, and ${most} would be many`]
        : [];
    },
  },
  {
    name: 'found',
    meaning: 'a silent peer is given up in time, and a connection that is only slow is kept',
    broken: ({ subject, tempo }, row, { givenUpAfterMs, dials }) => {
      if (row.connection === 'kept') return dials > 0 ? ['it gave up a connection that was only slow'] : [];
      if (row.connection !== 'given up') return [];
      if (givenUpAfterMs === undefined) return ['it did not give its connection up'];
      const limitMs = (subject.silenceMs ?? Infinity) + (row.foundMs?.(tempo) ?? 0);
      return givenUpAfterMs > limitMs + GRACE_MS
        ? [`it took ${Math.round(givenUpAfterMs)} ms to give its connection up, of ${limitMs}`]
        : [];
    },
  },
  {
    name: 'recovers',
    meaning: 'calls are answered again within the cap of the backoff after the fault has ended',
    broken: ({ subject, tempo }, row, { recoveredAfterMs }) => {
      if (recoveredAfterMs === undefined)
        return [`no call was answered for ${tempo.patienceMs} ms after the fault`];
      const limitMs = subject.backoffCapMs + (row.recoveryMs?.(tempo) ?? 0) + GRACE_MS;
      return recoveredAfterMs > limitMs
        ? [`it took ${Math.round(recoveredAfterMs)} ms until a call was answered, of ${limitMs}`]
        : [];
    },
  },
];

/** What must hold when the client was closed. */
export async function leftBehind({
  dials,
  crashes,
  tempo,
}: Pick<Stage, 'dials' | 'crashes' | 'tempo'>): Promise<string[]> {
  // Sockets that were destroyed are closed in a later turn.
  for (let waitedMs = 0; dials.open > 0 && waitedMs < tempo.closeMs + GRACE_MS; waitedMs += 5) await wait(5);
  return [
    ...crashes.sentences.map((sentence) => `it would have ended the process: ${sentence}`),
    ...(dials.open > 0 ? [`${dials.open} sockets are open though it was closed`] : []),
  ];
}

/** Attempts that are many for an outage of so long, though each wait is random: twice those of waits as long as the base. */
function dialsMax(holdMs: number, baseMs: number): number {
  return 10 + Math.ceil((2 * holdMs) / baseMs);
}
