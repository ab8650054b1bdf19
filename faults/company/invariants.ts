import type { Aftermath, Invariant, WholeAftermath } from '../invariants.ts';
import { late } from '../late.ts';
import type { ReaderFindings } from './readers.ts';
import type { SubscriberFindings } from './subscribers.ts';
import type { TakerFindings } from './takers.ts';

/** What has to hold besides where a client is used by those who subscribe or take. */
export const BESIDE_INVARIANTS: readonly Invariant[] = [
  {
    name: 'messages',
    meaning:
      'what a subscriber is given was published to its channel, in this order, and nothing comes twice',
    asked: 'after each play',
    broken: async (after) => (await ofSubscribers(after)).messages,
  },
  {
    name: 'gaps',
    meaning:
      'what it is not given is told of at its place, by a gap or a count; each loss of its connection is a gap, and nothing else is',
    asked: 'after each play',
    broken: async (after) => (await ofSubscribers(after)).gaps,
  },
  {
    name: 'subscriptions end',
    meaning: 'a subscription lasts until its client is closed, and ends then, without an error',
    asked: 'after each play',
    broken: async (after) => (await ofSubscribers(after)).endings,
  },
  {
    name: 'elements',
    meaning:
      'no element of a queue is handed out twice; none is gone but what a taker may have whose call is unknown, and none at all that is moved',
    asked: 'after each play',
    broken: async (after) => (await ofTakers(after)).elements,
  },
  {
    name: 'takers',
    meaning:
      'who waits on the server may leave, and is let go within half a second; what it took is unknown only when its call met the fault',
    asked: 'after each play',
    broken: async (after) => (await ofTakers(after)).calls,
  },
  {
    name: 'entries',
    meaning:
      'who reads a stream is given every entry, once and in order; those that were trimmed before they were read are told of as a gap',
    asked: 'after each play',
    broken: async (after) => (await ofReaders(after)).entries,
  },
  {
    name: 'shared entries',
    meaning: 'every entry of a stream that several share is seen to at least once',
    asked: 'after each play',
    broken: async (after) => (await ofReaders(after)).shared,
  },
  {
    name: 'reading ends',
    meaning: 'reading lasts until its client is closed, and ends then, without an error',
    asked: 'after each play',
    broken: async (after) => (await ofReaders(after)).endings,
  },
  {
    name: 'served besides',
    meaning:
      'subscribers are given messages, takers elements and readers entries again, all of them, by the time that callers are served, and still so a while later',
    asked: 'after the whole play',
    broken: ({ row, stage: { subject, tempo, company }, fault }) => {
      if (company === undefined || fault.company === undefined) return [];
      const { servedAfterMs, unserved, unservedLater } = fault.company;
      if (servedAfterMs === undefined) return [`${unserved} ${company.kind} were not served any more`];
      if (unservedLater > 0) return [`${unservedLater} ${company.kind} were served again, and then no more`];
      const { recoveringMs: starvedMs } = fault.starved;
      const limitMs = subject.backoffCapMs + (row.recoveryMs?.(tempo) ?? 0) + (subject.timeoutMs ?? Infinity);
      return late(`all ${company.kind} were served`, { ms: servedAfterMs, starvedMs }, limitMs);
    },
  },
];

const NOTHING_OF_SUBSCRIBERS: SubscriberFindings = { messages: [], gaps: [], endings: [] };
const NOTHING_OF_READERS: ReaderFindings = { entries: [], shared: [], endings: [] };
const NOTHING_OF_TAKERS: TakerFindings = { elements: [], calls: [] };

async function ofSubscribers(after: Aftermath | WholeAftermath): Promise<SubscriberFindings> {
  const { company, dials } = after.stage;
  if (company?.kind !== 'subscribers') return NOTHING_OF_SUBSCRIBERS;
  const isWhole = 'fault' in after;
  return company.check({ lossesMs: isWhole ? after.lossesMs : dials.lossesMs, isWhole });
}

async function ofReaders({
  stage: { company },
  ...after
}: Aftermath | WholeAftermath): Promise<ReaderFindings> {
  return company?.kind === 'readers' ? company.check('fault' in after) : NOTHING_OF_READERS;
}

async function ofTakers(after: Aftermath | WholeAftermath): Promise<TakerFindings> {
  const { row, stage } = after;
  const { company, tempo } = stage;
  if (company?.kind !== 'takers') return NOTHING_OF_TAKERS;
  const blockedMs = row.blockedMs?.(tempo) ?? 0;
  return company.check({ fault: 'fault' in after ? after.fault : undefined, blockedMs });
}
