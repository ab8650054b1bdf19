import { setTimeout as wait } from 'node:timers/promises';
import type { Served } from '../callers.ts';
import type { ReadEntry, ReadStream } from '../subject.ts';
import { STREAMS } from '../system.ts';
import type { Companions, CompanyGround } from './company.ts';
import { Pulse } from './pulse.ts';
import { ReadEntries } from './read-entries.ts';

const CONSUMERS = ['first', 'second'] as const;
/** Those who read, each on a connection of its own. */
export const READERS = 4 + CONSUMERS.length;

/** How long a consumer takes over an entry, in milliseconds. */
const SEEN_TO_MS = [0, 10] as const;

/** How long somebody stays who comes and goes, once it was given something, in milliseconds. */
const VISIT_MS = [0, 60] as const;
/** Somebody who cannot keep up with a stream that is trimmed: how many entries it asks for, and how long it takes over each. */
const SLOW_COUNT = 2;
const SLOW_MS = 20;
const POLL_MS = 5;

/** One who reads in whichever way. */
interface Member {
  life: 'reading' | 'over';
  failure: Error | undefined;
}

/** One who reads, and what it was given of each stream. */
interface Reader extends Member {
  readonly read: ReadonlyMap<string, ReadEntries>;
  /** Whether it has to have what is new before others say that all are served. */
  readonly keepsUp: boolean;
}

/** What is wrong, a sentence each. */
export interface ReaderFindings {
  readonly entries: readonly string[];
  /** With what those have seen to who share a stream. */
  readonly shared: readonly string[];
  readonly endings: readonly string[];
}

/**
 * Some who read streams, and one who adds numbered entries past the client: those who read one or two, one who comes and goes and keeps
 * its place, one who is too slow for a stream that is trimmed, and two who share a stream.
 */
export class Readers implements Companions {
  readonly kind = 'readers';
  readonly ended: Promise<unknown>;
  readonly #ground: CompanyGround;
  readonly #adder: Pulse;
  readonly #readers: readonly Reader[];
  /** The one who comes and goes. */
  readonly #visitor: Reader;
  readonly #consumers: readonly Member[];
  /** By number, how often those who share a stream have seen to an entry. */
  readonly #seenTo = new Map<number, number>();
  #isVisited = true;
  #departures = 0;

  constructor(ground: CompanyGround) {
    const { client, system, keeper, random } = ground;
    if (client.read === undefined || client.consume === undefined)
      throw new Error('This client cannot read streams.');
    this.#ground = ground;
    const { whole, other, trimmed } = STREAMS;
    const one = readerOf('who reads one', [whole]);
    const two = readerOf('who reads two', [whole, other]);
    const slow = readerOf('who is slow', [trimmed]);
    this.#visitor = readerOf('who comes and goes', [other]);
    this.#readers = [one, two, slow, this.#visitor];
    this.#consumers = CONSUMERS.map(() => ({ life: 'reading', failure: undefined }));
    this.ended = Promise.all([
      ...this.#consumers.map((consumer, at) => this.#consumes(consumer, CONSUMERS[at]!)),
      this.#reads(one, client.read({ [whole]: '0' })),
      this.#reads(two, client.read({ [whole]: '0', [other]: '0' })),
      this.#reads(slow, client.read({ [trimmed]: '0' }, SLOW_COUNT), SLOW_MS),
      this.#visit(),
    ]);
    this.#adder = new Pulse(random.fork(), (number) => system.beside.add(keeper(), `${number}`));
  }

  get open(): readonly string[] {
    const open = [...this.#readers, ...this.#consumers].filter(({ life }) => life === 'reading');
    return open.length === 0 ? [] : [`${open.length} readers still wait`];
  }

  get isAtRest(): boolean {
    const last = this.#adder.beats.findLastIndex(({ endedAtMs }) => endedAtMs !== undefined);
    const isSeenTo = (): boolean =>
      this.#adder.beats.every(({ endedAtMs }, number) => endedAtMs === undefined || this.#seenTo.has(number));
    return this.#adder.isAtRest && this.#readers.every((reader) => has(reader, last)) && isSeenTo();
  }

  /** How often somebody has left while it was read for them: a connection on which something is due is closed then. */
  get leftBehind(): number {
    return this.#departures;
  }

  served(): Served {
    const { next } = this.#adder;
    const readers = this.#readers.filter(({ keepsUp }) => keepsUp);
    const seenTo = this.#seenTo;
    // Those who share a stream count as one.
    const left = (): number =>
      readers.filter((reader) => !has(reader, next)).length + (seenTo.has(next) ? 0 : 1);
    return {
      all: this.#until(() => left() === 0),
      get left() {
        return left();
      },
    };
  }

  rest(): void {
    this.#adder.rest();
  }

  resume(): void {
    this.#adder.resume();
  }

  stop(): void {
    this.#adder.stop();
  }

  /** Resolves when all that was added was read. */
  async settled(): Promise<void> {
    await this.#adder.ended;
    await this.#until(() => this.isAtRest);
    this.#isVisited = false;
  }

  /** @param isWhole whether all that was added should have been read by now */
  async check(isWhole: boolean): Promise<ReaderFindings> {
    const { system, keeper } = this.#ground;
    const added = (await system.beside.added(keeper())).map(Number);
    return {
      entries: this.#all().flatMap((one) => one.check(added, isWhole)),
      shared: this.#oddlyShared(added, isWhole),
      endings: [...this.#readers, ...this.#consumers].flatMap(({ failure }) =>
        failure === undefined ? [] : [`a reader was told ${String(failure)}`],
      ),
    };
  }

  words(): Promise<string> {
    const sum = (of: (one: ReadEntries) => number): number =>
      this.#all().reduce((total, one) => total + of(one), 0);
    const words = [
      `${this.#adder.done} added`,
      `${sum(({ count }) => count)} read`,
      `${sum(({ gaps }) => gaps)} gaps`,
      `${this.#seenTo.size} seen to`,
    ];
    return Promise.resolve(words.join(', '));
  }

  #all(): readonly ReadEntries[] {
    return this.#readers.flatMap(({ read }) => [...read.values()]);
  }

  /** Never settles once everything has ended. */
  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.open.length === 0) await new Promise(() => {});
      await wait(POLL_MS, undefined, { ref: false });
    }
  }

  async #reads(reader: Reader, stream: ReadStream, pauseMs = 0): Promise<void> {
    await this.#iterate(reader, stream, pauseMs);
    reader.life = 'over';
  }

  async #iterate(reader: Reader, stream: ReadStream, pauseMs = 0): Promise<void> {
    try {
      for await (const entry of stream) {
        reader.read.get(entry.stream)?.add(entry);
        if (pauseMs > 0) await wait(pauseMs);
      }
    } catch (error) {
      reader.failure = error as Error;
    }
  }

  async #consumes(consumer: Member, name: string): Promise<void> {
    const { client, random } = this.#ground;
    const see = async ({ fields }: Pick<ReadEntry, 'fields'>): Promise<void> => {
      await wait(random.integer(...SEEN_TO_MS));
      const number = Number(fields['number']);
      this.#seenTo.set(number, (this.#seenTo.get(number) ?? 0) + 1);
    };
    try {
      await client.consume!(STREAMS.whole, name, see).finished();
    } catch (error) {
      consumer.failure = error as Error;
    }
    consumer.life = 'over';
  }

  #oddlyShared(added: readonly number[], isWhole: boolean): string[] {
    const unseen = isWhole ? added.filter((number) => !this.#seenTo.has(number)) : [];
    const strange = [...this.#seenTo.keys()].filter((number) => !added.includes(number));
    return [
      ...(unseen.length > 0 ? [`${unseen.length} entries were seen to by nobody, ${unseen[0]} first`] : []),
      ...strange.map((number) => `${number} was seen to, and nobody has added it`),
    ];
  }

  /** Comes and goes, and begins behind what it had last, until the client is closed. */
  async #visit(): Promise<void> {
    const { client, random } = this.#ground;
    const own = this.#visitor.read.get(STREAMS.other)!;
    try {
      while (this.#isVisited) {
        const stream = client.read!({ [STREAMS.other]: own.lastId });
        const before = own.count;
        const isGiven = (): boolean => own.count > before;
        const leave = this.#until(isGiven).then(() =>
          wait(random.integer(...VISIT_MS), undefined, { ref: false }),
        );
        void leave.then(() => stream.close());
        await this.#iterate(this.#visitor, stream);
        this.#departures += 1;
        if (this.#visitor.failure !== undefined) break;
      }
    } catch {
      // The client is closed.
    }
    this.#visitor.life = 'over';
  }
}

function readerOf(name: string, streams: readonly string[]): Reader {
  const read = new Map(
    streams.map((stream) => [stream, new ReadEntries(`${name}, ${stream}`, stream === STREAMS.trimmed)]),
  );
  return { read, keepsUp: !streams.includes(STREAMS.trimmed), life: 'reading', failure: undefined };
}

function has({ read }: Reader, number: number): boolean {
  return [...read.values()].every(({ last }) => last >= number);
}
