import type { Row } from '../row.ts';
import type { System } from '../system.ts';
import { afterLoss, strike } from './strike.ts';

/** Words between those of the server, to all who are connected. */
function interrupt(kind: keyof System['nonsense']): Row['inject'] {
  return ({ impostor, system }) => {
    impostor!.interrupt(system.nonsense[kind]);
    return {};
  };
}

/** Time for what was said to arrive, in milliseconds. */
const NOTICED_MS = 100;

/** Servers, or what stands between, that say what they should not. */
export const nonsense: readonly Row[] = [
  {
    name: 'another protocol, at start',
    fault: 'protocol mismatch',
    injected: 'whoever connects is answered in HTTP; later by the server',
    besides: 'it is not tried again in a hot loop',
    callers: 'absent',
    extra: 'impostor',
    inject: ({ impostor, system }) => ({ end: impostor!.answer(system.nonsense['another protocol']) }),
  },
  {
    name: 'another protocol, after a loss',
    fault: 'protocol mismatch',
    injected: 'RST to all, then whoever connects is answered in HTTP; later by the server',
    besides: 'it is not tried again in a hot loop',
    extra: 'impostor',
    connection: 'given up',
    inject: afterLoss(({ impostor, system }) => ({
      end: impostor!.answer(system.nonsense['another protocol']),
    })),
  },
  {
    name: 'garbage, busy',
    fault: 'garbage',
    injected: 'words of another protocol between replies, under load',
    extra: 'impostor',
    connection: 'given up',
    inject: interrupt('another protocol'),
  },
  {
    name: 'endless size',
    fault: 'oversize length',
    injected: 'the head of a reply of 99,999,999,999 bytes between replies, under load',
    besides: 'memory is bounded',
    extra: 'impostor',
    connection: 'given up',
    inject: interrupt('endless size'),
  },
  {
    name: 'reply that nobody asked for',
    fault: 'unsolicited reply',
    injected: 'a whole reply while nobody asks',
    besides: 'nobody gets it',
    callers: 'resting',
    extra: 'impostor',
    connection: 'given up',
    // Once somebody asks, nobody can tell it from the answer.
    holdMs: () => NOTICED_MS,
    inject: interrupt('unasked reply'),
  },
  {
    name: 'replies twice',
    fault: 'unsolicited reply',
    injected: 'proxy: the next four bytes for the client arrive twice, the beginning of a reply',
    callers: 'resting',
    connection: 'given up',
    // The answer to a ping that looks for a sign of life, or to the first call behind the rest. Of a text of three bytes, five
    // would make another one, in which nobody can see anything wrong.
    inject: strike({ kind: 'duplicate', direction: 'to-client', offsetBytes: 0, lengthBytes: 4 }),
  },
];
