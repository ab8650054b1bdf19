import { BOOKS } from './callers.ts';
import { BESIDE_INVARIANTS } from './company/invariants.ts';
import { late } from './late.ts';
import type { PlayedFault, Row, Stage } from './row.ts';
import { GRACE_MS, type Tempo } from './tempo.ts';

/** What became of `close()`. */
export interface Closing {
  /** How long it took, in milliseconds; undefined when it has not ended. */
  readonly afterMs: number | undefined;
  /** For how long the process was not let run meanwhile. */
  readonly starvedMs: number;
  /** What it was rejected with, in words. */
  readonly failure: string | undefined;
}

/** What is known when a row is over and its client was closed. */
export interface Aftermath {
  readonly row: Row;
  readonly stage: Stage;
  readonly closing: Closing;
  /** What was begun and has not ended, a sentence each. */
  readonly left: readonly string[];
}

/** The same of a row that was played to its end, with the client at rest before it was closed. */
export interface WholeAftermath extends Aftermath {
  readonly fault: PlayedFault;
  /** What did not add up in what the client said of itself, a sentence each. */
  readonly oddBooks: readonly string[];
  /** When connections were lost until the client was closed, in milliseconds of `performance.now()`. */
  readonly lossesMs: readonly number[];
}

type Sentences = readonly string[] | Promise<readonly string[]>;

/** Something that must hold after every row, whatever its fault was. */
export type Invariant = {
  readonly name: string;
  /** For people: what it means. */
  readonly meaning: string;
} & (
  | { readonly asked: 'after each play'; readonly broken: (after: Aftermath) => Sentences }
  | { readonly asked: 'after the whole play'; readonly broken: (after: WholeAftermath) => Sentences }
);

export const INVARIANTS: readonly Invariant[] = [
  {
    name: 'settles',
    meaning: 'every call settles, once, by its deadline',
    asked: 'after each play',
    broken: ({ row, stage: { history, tempo } }) =>
      history.checkSettled({ graceMs: GRACE_MS + (row.blockedMs?.(tempo) ?? 0) }),
  },
  {
    name: 'own answer',
    meaning: 'no reply reaches another caller',
    asked: 'after each play',
    broken: ({ stage: { history } }) => history.checkOwnAnswers(),
  },
  {
    name: 'counter',
    meaning:
      'increments that were confirmed have happened, unknown ones at most once, and those that were refused or not sent never',
    asked: 'after each play',
    broken: async ({ stage: { history, system, keeper } }) =>
      history.checkCounter(BOOKS.counter, await system.counter(keeper, BOOKS.counter)),
  },
  {
    name: 'ledger',
    meaning:
      'entries that were confirmed are stored, none twice, none that was refused or not sent, and those of each caller in their order',
    asked: 'after each play',
    broken: async ({ stage: { history, system, keeper } }) => {
      const stored = await system.ledger(keeper, BOOKS.ledger);
      return [...history.checkLedger(BOOKS.ledger, stored), ...history.checkOrder(BOOKS.ledger, stored)];
    },
  },
  {
    name: 'sockets',
    meaning: 'at no time are more sockets open than the client may have, closing ones included',
    asked: 'after each play',
    broken: ({ stage: { dials, subject } }) =>
      dials.mostOpen > subject.socketsMax
        ? [`${dials.mostOpen} were open at once, of at most ${subject.socketsMax}`]
        : [],
  },
  {
    name: 'books',
    meaning: 'when nobody asks, the client says that nothing waits and nothing is under way',
    asked: 'after the whole play',
    broken: ({ oddBooks }) => oddBooks,
  },
  {
    name: 'no storm',
    meaning: 'there are not many more attempts to connect than a backoff makes',
    asked: 'after the whole play',
    broken: ({ row, stage, fault: { dials, unknown, lastedMs } }) => {
      // Where callers leave, a connection on which a reply is due may have to be replaced.
      const most = dialsMax(stage, lastedMs) + (row.habit === 'leaving' ? unknown : 0);
      return dials > most
        ? [`it dialled ${dials} times in ${Math.round(lastedMs)} ms, and ${most} are many`]
        : [];
    },
  },
  {
    name: 'found',
    meaning:
      'a connection that is lost, or whose other end is silent, is given up in time, and one that is only slow is kept',
    asked: 'after the whole play',
    broken: ({ row, stage, fault: { givenUpAfterMs, starved }, lossesMs }) => {
      const { subject, tempo, lab, company } = stage;
      if (row.connection === undefined || row.connection === 'either') return [];
      if (row.connection === 'kept') {
        const isOfLeavers = lossesMs.length <= (company?.leftBehind ?? 0);
        return givenUpAfterMs === undefined || isOfLeavers
          ? []
          : ['it gave up a connection that was only slow'];
      }
      if (givenUpAfterMs === undefined) {
        // Without a proxy on the way, nobody sees what becomes of sockets that are made elsewhere.
        const isSeen = subject.countsDials || lab === undefined;
        return isSeen ? ['it did not give its connection up'] : [];
      }
      const { silenceMs = Infinity, unansweredMs = silenceMs } = subject;
      const limitMs = (row.isHalfSilent === true ? unansweredMs : silenceMs) + (row.foundMs?.(tempo) ?? 0);
      return late('a connection was given up', { ms: givenUpAfterMs, starvedMs: starved.findingMs }, limitMs);
    },
  },
  {
    name: 'recovers',
    meaning:
      'writes are confirmed again within the cap of the backoff after the fault has ended, to every caller by the time that a call may take, and still so a while later',
    asked: 'after the whole play',
    broken: ({ row, stage: { subject, tempo }, fault }) => {
      const { recoveredAfterMs, servedAfterMs, unserved, unservedLater } = fault;
      if (recoveredAfterMs === undefined) return ['no write was confirmed any more'];
      const limitMs = subject.backoffCapMs + (row.recoveryMs?.(tempo) ?? 0);
      const { recoveringMs: starvedMs } = fault.starved;
      const lateFirst = late('a write was confirmed', { ms: recoveredAfterMs, starvedMs }, limitMs);
      if (lateFirst.length > 0) return lateFirst;
      if (servedAfterMs === undefined) return [`${unserved} callers were not served any more`];
      if (unservedLater > 0) return [`${unservedLater} callers were served again, and then no more`];
      const allMs = limitMs + (subject.timeoutMs ?? Infinity);
      return late('every caller was served', { ms: servedAfterMs, starvedMs }, allMs);
    },
  },
  {
    name: 'closes',
    meaning: '`close()` ends by its deadline, at rest and in the midst of the fault',
    asked: 'after each play',
    broken: ({ closing: { afterMs, starvedMs, failure }, stage: { tempo } }) => {
      if (afterMs === undefined) return ['it has not ended'];
      return failure === undefined
        ? late('it ended', { ms: afterMs, starvedMs }, tempo.closeMs)
        : [`it was rejected: ${failure}`];
    },
  },
  {
    name: 'leaves nothing',
    meaning: 'behind `close()` there is no socket, no timer, no look-up of a name and no listener of it',
    asked: 'after each play',
    broken: ({ left }) => left,
  },
  {
    name: 'no crash',
    meaning: 'nothing is thrown, and no rejection left unhandled, that would end the process',
    asked: 'after each play',
    broken: ({ stage: { crashes } }) => crashes.sentences,
  },
  ...BESIDE_INVARIANTS,
];

/** What did not hold, a sentence each that begins with the name of the invariant. */
export async function brokenInvariants(after: Aftermath | WholeAftermath): Promise<string[]> {
  const broken: string[] = [];
  for (const invariant of INVARIANTS) {
    const said =
      invariant.asked === 'after each play'
        ? await invariant.broken(after)
        : 'fault' in after
          ? await invariant.broken(after)
          : [];
    broken.push(...said.map((sentence) => `${invariant.name}: ${sentence}`));
  }
  return broken;
}

/** Attempts beyond which there are many in so long: twice as many as a backoff makes, whose waits are random parts of what has passed. */
function dialsMax({ subject, tempo, endpoints, company }: Stage, lastedMs: number): number {
  const { backoffCapMs: capMs, dialers = 1 } = subject;
  let rounds = 0;
  for (let passedMs = 0; passedMs < lastedMs; rounds += 1)
    passedMs += Math.min(capMs, Math.max(baseMs(tempo), passedMs)) / 2;
  const many = 2 * rounds * endpoints.length * dialers;
  return subject.socketsMax + SPARE_DIALS + many + (company?.leftBehind ?? 0);
}

/** A loss, and a first answer behind it, are no reason to wait. */
const SPARE_DIALS = 5;

function baseMs({ limits }: Tempo): number {
  return limits?.backoff.baseMs ?? 100;
}
