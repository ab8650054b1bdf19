import type { CallDescription, CallEnding, History, OpenCall, SeededRandom } from 'hawser/testing';
import type { Outcome } from 'hawser';
import { large, type Books } from './books.ts';
import type { QueueAccount } from '../queue-account.ts';
import type { Leaving, SoakCallLimits, SoakClient, Step } from './subject.ts';

/** What a caller has for one turn, in which it does one thing. */
export interface Turn {
  readonly client: SoakClient;
  readonly history: History;
  readonly queue: QueueAccount;
  readonly books: Books;
  /** Names of counters and ledgers that somebody has asked to write to. */
  readonly used: Set<string>;
  readonly random: SeededRandom;
  readonly outcomeOf: (error: unknown) => Outcome;
  readonly caller: string;
  /** Of this turn alone. */
  readonly id: string;
  readonly limits: SoakCallLimits;
  /** How long one call may take with these limits. */
  readonly callMs: number;
}

/** One thing that callers do. Resolves to whether something was written and confirmed. */
type Work = (turn: Turn) => Promise<boolean>;

const LARGE_BYTES = [50_000, 300_000] as const;
const STEPS = [2, 12] as const;
const TAKE_WAIT_MS = [10, 300] as const;
const LEAVINGS: readonly Leaving[] = ['watching', 'queueing', 'elsewhere'];
/** What has a connection of its own waits for that, and then for this many commands at most. */
const OWN_COMMANDS = 3;

/** What is done, each with how often it is. */
const SHARES: readonly (readonly [does: Work, share: number])[] = [
  [(turn) => echo(turn, turn.id), 120],
  [(turn) => echo(turn, large(turn.id, turn.random.integer(...LARGE_BYTES)).text), 1],
  [increment, 120],
  [append, 120],
  [appendLarge, 1],
  [keep, 80],
  [pipeline, 60],
  [transaction, 60],
  [change, 40],
  // More is taken than there is, so that takers wait.
  [put, 60],
  [(turn) => take(turn, 'take'), 50],
  [(turn) => take(turn, 'takeAlone'), 30],
  [leave, 10],
];
const WORKS: readonly Work[] = SHARES.flatMap(([does, share]) => Array.from({ length: share }, () => does));

/** Does one thing, as chance says. */
export function work(turn: Turn): Promise<boolean> {
  return turn.random.pick(WORKS)(turn);
}

async function echo(turn: Turn, text: string): Promise<boolean> {
  const call = begin<string>(turn, 'echo', { isOwn: (answer) => answer === text });
  await settle(turn, call, () => turn.client.echo(text, turn.limits));
  return false;
}

function increment(turn: Turn): Promise<boolean> {
  const { counter } = turn.books;
  const call = begin<number>(turn, 'increment', { increments: { counter } });
  return isConfirmed(turn, call, () => turn.client.increment(counter, turn.limits));
}

function append(turn: Turn): Promise<boolean> {
  const { ledger } = turn.books;
  const call = begin(turn, 'append', { stores: { ledger, entry: turn.id } });
  return isConfirmed(turn, call, () => turn.client.append(ledger, turn.id, turn.limits));
}

function appendLarge(turn: Turn): Promise<boolean> {
  const { largeLedger: ledger } = turn.books;
  const { name, text } = large(turn.id, turn.random.integer(...LARGE_BYTES));
  const call = begin(turn, 'append, large', { stores: { ledger, entry: name } });
  return isConfirmed(turn, call, () => turn.client.append(ledger, text, turn.limits));
}

function keep(turn: Turn): Promise<boolean> {
  const { set } = turn.books;
  const call = begin(turn, 'keep', { stores: { ledger: set, entry: turn.id } });
  return isConfirmed(turn, call, () => turn.client.keep(set, turn.id, { ...turn.limits, retry: 'always' }));
}

async function pipeline(turn: Turn): Promise<boolean> {
  const { client, random, limits } = turn;
  const parts = Array.from({ length: random.integer(...STEPS) }, (_, at) => partOf(turn, `${turn.id}/${at}`));
  try {
    const answers = await client.pipeline(
      parts.map(({ step }) => step),
      limits,
    );
    for (const [at, answer] of answers.entries()) {
      if (answer instanceof Error) parts[at]?.call.failed(answer);
      else parts[at]?.call.ok(answer);
    }
    return parts.some(({ step }, at) => step.does !== 'echo' && !(answers[at] instanceof Error));
  } catch (error) {
    for (const { call } of parts) call.failed(error);
    return false;
  }
}

/** One of several steps. In the history each is a call of its own. */
function partOf(turn: Turn, id: string): { readonly step: Step; readonly call: OpenCall } {
  const { counter, ledger } = turn.books;
  switch (turn.random.pick(['echo', 'increment', 'append'] as const)) {
    case 'echo': {
      const call = begin(turn, `echo in a pipeline, ${id}`, { isOwn: (answer) => answer === id });
      return { step: { does: 'echo', text: id }, call };
    }
    case 'increment': {
      const call = begin(turn, 'increment in a pipeline', { increments: { counter } });
      return { step: { does: 'increment', counter }, call };
    }
    case 'append': {
      const call = begin(turn, 'append in a pipeline', { stores: { ledger, entry: id } });
      return { step: { does: 'append', ledger, entry: id }, call };
    }
  }
}

function transaction(turn: Turn): Promise<boolean> {
  const { counter, ledger } = turn.books.transactions;
  const entry = turn.id;
  const call = begin(turn, 'transaction', { increments: { counter }, stores: { ledger, entry } });
  return isConfirmed(turn, call, async () => {
    const steps = [{ does: 'increment', counter } as const, { does: 'append', ledger, entry } as const];
    const [count] = await turn.client.transaction(steps, turn.limits);
    return count;
  });
}

function change(turn: Turn): Promise<boolean> {
  const { counter, ledger } = turn.books.changes;
  const entry = turn.id;
  const call = begin(turn, 'change', { increments: { counter }, stores: { ledger, entry } }, OWN_COMMANDS);
  return isConfirmed(turn, call, async () => {
    const count = await turn.client.incrementIfUnchanged(counter, ledger, entry, turn.limits);
    if (count === undefined) throw new Overtaken();
    return count;
  });
}

async function put(turn: Turn): Promise<boolean> {
  const { client, books, id, limits, queue } = turn;
  const end = queue.put(id);
  const ending = await settle(turn, begin(turn, 'put', {}), () => client.append(books.queue, id, limits));
  end(ending);
  return ending === 'confirmed';
}

async function take(turn: Turn, how: 'take' | 'takeAlone'): Promise<boolean> {
  const { client, books, queue, limits, random } = turn;
  const waitMs = random.integer(...TAKE_WAIT_MS);
  // What says by itself for how long it waits has that time besides, unless it is given a limit.
  const call = begin(turn, how, {}, 1, limits.timeoutMs === undefined ? waitMs : 0);
  const ending = await settle(turn, call, async () => {
    const entry = await client[how](books.queue, waitMs, limits);
    if (entry !== undefined) queue.took(entry);
  });
  if (ending === 'unknown') queue.mayHaveTaken();
  return false;
}

async function leave(turn: Turn): Promise<boolean> {
  const { client, books, id, limits, random } = turn;
  const how = random.pick(LEAVINGS);
  const call = begin(turn, `leave it ${how}`, {}, OWN_COMMANDS);
  await settle(turn, call, () => client.leave(how, books.ledger, `${id}, never`, limits));
  return false;
}

/** Somebody else was quicker, so nothing was written. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
  readonly code = 'OVERTAKEN';
}

/**
 * Records that a call is made.
 *
 * @param ownCommands commands that it has to wait for besides one call, where it has a connection of its own
 * @param waitMs how long it may wait besides
 */
function begin<Value>(
  { history, used, caller, id, callMs }: Turn,
  what: string,
  about: Pick<CallDescription<Value>, 'increments' | 'stores' | 'isOwn'>,
  ownCommands = 0,
  waitMs = 0,
): OpenCall<Value> {
  if (about.increments !== undefined) used.add(about.increments.counter);
  if (about.stores !== undefined) used.add(about.stores.ledger);
  const timeoutMs = callMs * (1 + ownCommands) + waitMs;
  return history.begin<Value>({ caller, what: `${what} ${id}`, timeoutMs, ...about });
}

/** Makes a call and records what comes of it. Resolves to that. */
async function settle<Value>(
  { outcomeOf }: Turn,
  call: OpenCall<Value>,
  make: () => Promise<Value>,
): Promise<CallEnding> {
  try {
    call.ok(await make());
    return 'confirmed';
  } catch (error) {
    call.failed(error);
    return outcomeOf(error);
  }
}

async function isConfirmed<Value>(
  turn: Turn,
  call: OpenCall<Value>,
  make: () => Promise<Value>,
): Promise<boolean> {
  return (await settle(turn, call, make)) === 'confirmed';
}
