import { setTimeout as wait } from 'node:timers/promises';
import type { Served } from '../callers.ts';
import type { Subscribed, Subscribing, Told } from '../subject.ts';
import type { Companions, CompanyGround } from './company.ts';
import { Heard, type Published } from './heard.ts';
import { Pulse } from './pulse.ts';

const CHANNELS = ['news.1', 'news.2'] as const;
const PATTERN = 'news.*';

/** How long somebody stays who comes and goes, in milliseconds. */
const VISIT_MS = [0, 60] as const;
/** Somebody who cannot keep up. */
const SLOW_MS = 30;
const SLOW_KEPT = 3;

/** Those who look whether something has come look as often, in milliseconds. */
const POLL_MS = 5;

/** One who has subscribed, and what was told on each channel. */
interface Member {
  readonly name: string;
  readonly subscribed: Subscribed;
  readonly heard: readonly Heard[];
  life: { readonly name: 'open' } | { readonly name: 'ended'; readonly error: Error | undefined };
}

/** What is wrong with what subscribers were told, a sentence each. */
export interface SubscriberFindings {
  readonly messages: readonly string[];
  readonly gaps: readonly string[];
  readonly endings: readonly string[];
}

/**
 * Some who subscribe to channels, in all the ways there are, and one who publishes numbers past the client: those who iterate and who
 * listen, by name and by pattern, one who is too slow, and one who comes and goes.
 */
export class Subscribers implements Companions {
  readonly kind = 'subscribers';
  readonly #ground: CompanyGround;
  readonly #publisher: Pulse;
  /** Those who stay. */
  readonly #members: readonly Member[];
  /** Those who came and went. */
  readonly #visits: Member[] = [];
  #isVisited = true;
  /** Of the next message. */
  #sizeBytes = 0;
  readonly #ends: Promise<unknown>[] = [];
  readonly #visiting: Promise<void>;

  constructor(ground: CompanyGround) {
    this.#ground = ground;
    const { client, system, keeper, random } = ground;
    if (client.subscribe === undefined) throw new Error('This client cannot subscribe.');
    this.#members = [
      this.#iterates(this.#join('who iterates', { to: 'channels', names: CHANNELS })),
      this.#listens(this.#join('who listens', { to: 'channels', names: [CHANNELS[0]] })),
      this.#listens(this.#join('who has a pattern', { to: 'pattern', names: [PATTERN] })),
      this.#iterates(
        this.#join('who is slow', { to: 'channels', names: [CHANNELS[0]], keptMax: SLOW_KEPT }),
        SLOW_MS,
      ),
    ];
    this.#publisher = new Pulse(random.fork(), (number) => {
      const sizeBytes = this.#sizeBytes;
      this.#sizeBytes = 0;
      return system.beside.publish(keeper(), CHANNELS, `${number}`, sizeBytes);
    });
    this.#visiting = this.#visit();
  }

  /** Settles when all subscriptions have ended. */
  get ended(): Promise<unknown> {
    return this.#visiting.then(() => Promise.all(this.#ends));
  }

  get open(): readonly string[] {
    const open = this.#everybody().filter(({ life }) => life.name === 'open');
    return open.length === 0 ? [] : [`${open.length} subscriptions have not ended`];
  }

  get isAtRest(): boolean {
    return (
      this.#publisher.isAtRest &&
      this.#members.every(({ heard }) => heard.every((one) => this.#isThrough(one)))
    );
  }

  /** What was told of gaps, to all and on all channels. */
  get gaps(): number {
    return this.#sum(({ gaps }) => gaps);
  }

  /** The next message has so many bytes. Resolves when it is published, and the one behind it. */
  async publishLarge(bytes: number): Promise<void> {
    const last = this.#publisher.next + 1;
    this.#sizeBytes = bytes;
    while (this.#publisher.beats[last]?.endedAtMs === undefined) await wait(POLL_MS);
  }

  /** Who leaves, leaves nothing behind that is due. */
  get leftBehind(): number {
    return 0;
  }

  served(): Served {
    const { next } = this.#publisher;
    const isServed = ({ heard }: Member): boolean => heard.every(({ last }) => last >= next);
    const members = this.#members;
    return {
      all: this.#until(() => members.every(isServed)),
      get left() {
        return members.filter((member) => !isServed(member)).length;
      },
    };
  }

  rest(): void {
    this.#publisher.rest();
  }

  resume(): void {
    this.#publisher.resume();
  }

  stop(): void {
    this.#publisher.stop();
    this.#isVisited = false;
  }

  /** Resolves when all that was published has come. */
  async settled(): Promise<void> {
    await this.#publisher.ended;
    await this.#visiting;
    await this.#until(() => this.isAtRest);
  }

  /** @param isWhole whether all that was published should have come by now */
  async check({
    lossesMs,
    isWhole,
  }: {
    lossesMs: readonly number[];
    isWhole: boolean;
  }): Promise<SubscriberFindings> {
    const { system, keeper, subject } = this.#ground;
    const numbers = (await system.beside.published(keeper())).map(Number);
    const published: Published = {
      numbers,
      beats: this.#publisher.beats,
      lossesMs,
      endsAll: subject.socketsMax === 1,
    };
    const found = [
      ...this.#members.flatMap(({ heard }) => heard.map((one) => one.check(published, isWhole))),
      ...this.#visits.flatMap(({ heard }) => heard.map((one) => one.check(published, false))),
    ];
    const endings = this.#everybody().flatMap(({ name, life }) =>
      life.name === 'ended' && life.error !== undefined ? [`${name} was told ${String(life.error)}`] : [],
    );
    return {
      messages: found.flatMap(({ messages }) => messages),
      gaps: found.flatMap(({ gaps }) => gaps),
      endings,
    };
  }

  words(): Promise<string> {
    const told = this.#sum(({ messages }) => messages);
    return Promise.resolve(`${this.#publisher.done} published, ${told} told, ${this.gaps} gaps`);
  }

  #sum(of: (heard: Heard) => number): number {
    return this.#everybody()
      .flatMap(({ heard }) => heard)
      .reduce((total, heard) => total + of(heard), 0);
  }

  #everybody(): readonly Member[] {
    return [...this.#members, ...this.#visits];
  }

  /** Never settles once everything has ended. */
  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.open.length === 0) await new Promise(() => {});
      await wait(POLL_MS, undefined, { ref: false });
    }
  }

  #isThrough(heard: Heard): boolean {
    // What nobody knows to be published need not come.
    const last = this.#publisher.beats.findLastIndex(({ endedAtMs }) => endedAtMs !== undefined);
    return heard.isThrough(last);
  }

  #join(name: string, how: Subscribing): Member {
    const subscribed = this.#ground.client.subscribe!(how);
    const channels: readonly string[] = how.to === 'pattern' ? CHANNELS : how.names;
    const heard = channels.map(
      (channel) =>
        new Heard(name, {
          channel,
          topic: how.to === 'pattern' ? how.names[0]! : channel,
          isOnly: channels.length === 1,
        }),
    );
    subscribed.ready().then(
      () => heard.forEach((one) => one.ready()),
      // What has ended it is told to its consumer too; that it takes long is judged by what comes.
      () => {},
    );
    return { name, subscribed, heard, life: { name: 'open' } };
  }

  #iterates(member: Member, pauseMs = 0): Member {
    const iterate = async (): Promise<void> => {
      try {
        for await (const told of member.subscribed) {
          tell(member, told);
          if (pauseMs > 0) await wait(pauseMs);
        }
        member.life = { name: 'ended', error: undefined };
      } catch (error) {
        member.life = { name: 'ended', error: error as Error };
      }
    };
    this.#ends.push(iterate());
    return member;
  }

  #listens(member: Member): Member {
    const ended = new Promise<void>((resolve) => {
      member.subscribed.listen((told) => {
        if (told.type !== 'ended') return tell(member, told);
        member.life = { name: 'ended', error: told.error };
        resolve();
      });
    });
    this.#ends.push(ended);
    return member;
  }

  /** One comes and goes, until all goes to its end. */
  async #visit(): Promise<void> {
    const { random } = this.#ground;
    while (this.#isVisited) {
      try {
        const visit = this.#listens(
          this.#join('who comes and goes', { to: 'channels', names: [CHANNELS[1]] }),
        );
        this.#visits.push(visit);
        await wait(random.integer(...VISIT_MS));
        visit.subscribed.close();
      } catch {
        // The client is closed.
        return;
      }
      await wait(random.integer(...VISIT_MS));
    }
  }
}

function tell({ heard }: Member, told: Told): void {
  for (const one of heard) one.told(told);
}
