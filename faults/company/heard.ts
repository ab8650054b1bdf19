import { GRACE_MS } from '../tempo.ts';
import type { Told } from '../subject.ts';
import type { Beat } from './pulse.ts';

/** What was published, as the server has written it down, and when a connection of the client's was lost. */
export interface Published {
  /** Numbers in their order. */
  readonly numbers: readonly number[];
  /** By number. */
  readonly beats: readonly Beat[];
  /** Milliseconds of `performance.now()`. */
  readonly lossesMs: readonly number[];
  /** Whether each of these has ended the subscriptions; otherwise some have ended other things. */
  readonly endsAll: boolean;
}

/** What is wrong, a sentence each. */
export interface HeardFindings {
  /** With the messages that came. */
  readonly messages: readonly string[];
  /** With what was told of those that did not. */
  readonly gaps: readonly string[];
}

type Entry =
  | { readonly kind: 'message'; readonly number: number; readonly channel: string }
  | { readonly kind: 'gap'; readonly sinceMs: number; readonly untilMs: number }
  | { readonly kind: 'dropped'; readonly count: number };

/** A part of what was published of which nothing came, and what was told at that place. */
interface Stretch {
  readonly gaps: Extract<Entry, { kind: 'gap' }>[];
  dropped: number;
}

/** The socket of a connection is closed in another turn than its loss is noticed. */
const TURN_MS = 50;

/** What one subscription was told of one channel, to be held against what was published there. */
export class Heard {
  readonly #who: string;
  readonly #channel: string;
  /** What was subscribed to: the channel, or a pattern. */
  readonly #topic: string;
  /** Whether what is dropped can only be of this channel. */
  readonly #isOnly: boolean;
  readonly #entries: Entry[] = [];
  #readyAtMs = Infinity;
  #last = -1;

  constructor(
    who: string,
    about: { readonly channel: string; readonly topic: string; readonly isOnly: boolean },
  ) {
    this.#who = who;
    this.#channel = about.channel;
    this.#topic = about.topic;
    this.#isOnly = about.isOnly;
  }

  /** The number of the last message that came. */
  get last(): number {
    return this.#last;
  }

  /** Whether a message came that is this one or a later one, or was told of as dropped. */
  isThrough(number: number): boolean {
    return this.#last >= number || this.#entries.at(-1)?.kind === 'dropped';
  }

  get messages(): number {
    return this.#entries.filter(({ kind }) => kind === 'message').length;
  }

  get gaps(): number {
    return this.#entries.filter(({ kind }) => kind === 'gap').length;
  }

  /** The server has confirmed the subscription: what is published from now on has to come. */
  ready(): void {
    this.#readyAtMs = Math.min(this.#readyAtMs, performance.now());
  }

  told(event: Told): void {
    switch (event.type) {
      case 'message':
        if (event.channel === this.#channel) this.#hears(event.payload);
        return;
      case 'gap':
        if (event.channel !== this.#topic) return;
        this.#entries.push({ kind: 'gap', sinceMs: event.since, untilMs: event.since + event.downForMs });
        return;
      case 'dropped':
        this.#entries.push({ kind: 'dropped', count: event.count });
    }
  }

  /** @param isWhole whether all that was published should have come by now */
  check(published: Published, isWhole: boolean): HeardFindings {
    const places = new Map(published.numbers.map((number, place) => [number, place]));
    const messages: string[] = [];
    const gaps: string[] = [
      ...this.#needlessGaps(published),
      ...(isWhole ? this.#untoldLosses(published) : []),
    ];
    let stretch: Stretch = { gaps: [], dropped: 0 };
    let from: number | undefined;
    for (const entry of this.#entries) {
      if (entry.kind === 'gap') stretch.gaps.push(entry);
      else if (entry.kind === 'dropped') stretch.dropped += entry.count;
      else {
        const place = places.get(entry.number);
        const odd = this.#oddMessage(entry, place, from);
        messages.push(...odd);
        if (place === undefined || odd.length > 0) continue;
        gaps.push(...this.#oddStretch(stretch, published, from, place));
        stretch = { gaps: [], dropped: 0 };
        from = place;
      }
    }
    if (isWhole) gaps.push(...this.#oddStretch(stretch, published, from, published.numbers.length));
    const say = (sentence: string): string => `${this.#who}, ${this.#channel}: ${sentence}`;
    return { messages: messages.map(say), gaps: gaps.map(say) };
  }

  /** Of a channel and a number. */
  #hears(payload: string): void {
    const [channel = '', number] = payload.split(' ');
    this.#last = Number(number);
    this.#entries.push({ kind: 'message', number: this.#last, channel });
  }

  #oddMessage(
    { number, channel }: Extract<Entry, { kind: 'message' }>,
    place: number | undefined,
    last: number | undefined,
  ): string[] {
    if (channel !== this.#channel) return [`${number} was published to ${channel}`];
    if (place === undefined) return [`${number} came, and was not published`];
    if (last === undefined || place > last) return [];
    return [place === last ? `${number} came twice` : `${number} came behind a later one`];
  }

  /** Holds what was told of a stretch against what is missing in it, between two places. */
  #oddStretch(
    { gaps, dropped }: Stretch,
    { numbers, beats }: Published,
    from: number | undefined,
    to: number,
  ): string[] {
    // Nothing that was published before it was subscribed had to come.
    const isDue = (number: number): boolean =>
      from !== undefined || beats[number]!.beganAtMs > this.#readyAtMs;
    const missing = numbers.slice(from === undefined ? 0 : from + 1, to).filter(isDue);
    const [first, last] = [gaps[0], gaps.at(-1)];
    const place = from === undefined ? 'at first' : `behind ${numbers[from]}`;
    if (first === undefined || last === undefined) {
      const isTold =
        this.#isOnly && from !== undefined ? missing.length === dropped : missing.length <= dropped;
      return isTold ? [] : [`${missing.length} are missing ${place}, and ${dropped} were said to be`];
    }
    const late = missing.filter((number) => beats[number]!.beganAtMs > last.untilMs);
    const early = missing.filter(
      (number) => (beats[number]!.endedAtMs ?? Infinity) < first.sinceMs - GRACE_MS,
    );
    return [
      ...(late.length > dropped
        ? [`${late.length} are missing ${place} that were published behind the gap`]
        : []),
      ...(early.length > dropped
        ? [`${early.length} are missing ${place} that were published before the gap`]
        : []),
    ];
  }

  #needlessGaps({ lossesMs }: Published): string[] {
    return this.#entries.flatMap((entry) => {
      if (entry.kind !== 'gap') return [];
      const { sinceMs, untilMs } = entry;
      const isLoss = lossesMs.some((atMs) => atMs >= sinceMs - TURN_MS && atMs <= untilMs + TURN_MS);
      return isLoss
        ? []
        : [`a gap of ${Math.round(untilMs - sinceMs)} ms was told of, and no connection was lost`];
    });
  }

  #untoldLosses({ lossesMs, endsAll }: Published): string[] {
    if (!endsAll) return [];
    const gaps = this.#entries.filter((entry) => entry.kind === 'gap');
    const isTold = (atMs: number): boolean =>
      gaps.some(({ sinceMs, untilMs }) => atMs >= sinceMs - TURN_MS && atMs <= untilMs + TURN_MS);
    const untold = lossesMs.filter((atMs) => atMs > this.#readyAtMs && !isTold(atMs));
    return untold.length === 0
      ? []
      : [`its connection was lost ${untold.length} times, and no gap tells of it`];
  }
}
