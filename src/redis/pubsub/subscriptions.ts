import { Buffer } from 'node:buffer';
import type { Clock, HawserError, StateChange, WaitOptions } from '../../core/index.ts';
import { RedisReplyError } from '../errors.ts';
import type { RedisLine } from '../line.ts';
import { lostBy, outageOf, type Outage } from '../outage.ts';
import { textOf, type RedisReply } from '../reply.ts';
import { RedisSession } from '../session.ts';
import type { SubscriptionBoard } from './subscription.ts';
import { SubscriptionRequest } from './subscription-request.ts';
import { meaningOf, VERBS, type TopicKind } from './topic-kind.ts';
import { PublishedMessage, Topic, type Phase, type Subscriber } from './topic.ts';

/** Most subscriptions that the server is asked for at once, so that there is room for calls while thousands come back. */
export const ASKED_AT_ONCE_MAX = 256;

/** What {@link Subscriptions} need of their client. */
export interface SubscriptionsGround {
  readonly clock: Clock;
  readonly stallAfterMs: number;
  /** The connection that calls are on. It carries subscriptions where it speaks RESP3. */
  readonly shared: RedisLine;
  /** Opens a connection for subscriptions alone. */
  readonly openOwn: () => RedisLine;
}

/**
 * What a client subscribes to: above its connections, so that it outlasts them. What is wanted and what the server has are
 * brought together by one request at a time for each topic, and after each loss anew.
 */
export class Subscriptions implements SubscriptionBoard {
  readonly #ground: SubscriptionsGround;
  readonly #topics: Readonly<Record<TopicKind, Map<string, Topic>>> = {
    channel: new Map(),
    pattern: new Map(),
    shard: new Map(),
  };
  readonly #subscribers = new Set<Subscriber>();
  /** What the server may have to be asked for. */
  readonly #due = new Set<Topic>();
  #asked = 0;
  #waitsForRoom = false;
  #line: RedisLine;
  /** Of a connection for subscriptions alone; `undefined` while they are on the shared one. */
  #own: RedisLine | undefined;
  #unwatch: () => void = () => {};

  constructor(ground: SubscriptionsGround) {
    this.#ground = ground;
    this.#line = ground.shared;
    this.#watch(ground.shared);
  }

  /** The connection for subscriptions alone, where there is one. */
  get own(): RedisLine | undefined {
    return this.#own;
  }

  add(subscriber: Subscriber, kind: TopicKind, names: ReadonlySet<string>): void {
    this.#subscribers.add(subscriber);
    for (const name of names) {
      const topic = this.#topics[kind].get(name) ?? new Topic(kind, name);
      this.#topics[kind].set(name, topic);
      topic.add(subscriber);
      this.#due.add(topic);
    }
    if (this.#line.state === 'parked') this.#tellWhyParked();
    this.#ask();
  }

  remove(subscriber: Subscriber, kind: TopicKind, names: ReadonlySet<string>): void {
    this.#subscribers.delete(subscriber);
    for (const name of names) {
      const topic = this.#topics[kind].get(name);
      if (topic === undefined) continue;
      topic.remove(subscriber);
      // While there is no connection nobody else would forget it.
      if (topic.phase.name === 'away' && !topic.isWanted) this.#forget(topic);
      else this.#due.add(topic);
    }
    this.#ask();
  }

  /**
   * As `remove`, where the server is about to end the subscription by itself, as the node of a cluster does that gives the slot of
   * a shard channel away: what is asked of it about the channel then would be asked in vain.
   */
  abandon(subscriber: Subscriber, kind: TopicKind, names: ReadonlySet<string>): void {
    this.#subscribers.delete(subscriber);
    for (const name of names) {
      const topic = this.#topics[kind].get(name);
      topic?.remove(subscriber);
      if (topic?.phase.name === 'away' && !topic.isWanted) this.#forget(topic);
    }
  }

  /** Ends all subscriptions, and the connection for them alone, if there is one. */
  async close(options?: WaitOptions): Promise<void> {
    this.#end(undefined);
    await this.#own?.close(options);
  }

  #end(error: Error | undefined): void {
    // Not those who subscribe because of it.
    const subscribers = [...this.#subscribers];
    for (const subscriber of subscribers) subscriber.end(error);
  }

  #watch(line: RedisLine): void {
    this.#unwatch();
    this.#line = line;
    const unwatchState = line.onState((change) => this.#stateChanged(change));
    const unwatchPush = line.onPush((message) => this.#pushed(message));
    this.#unwatch = () => {
      unwatchState();
      unwatchPush();
    };
    if (line.state === 'ready') this.#ready();
  }

  #stateChanged({ from, to, cause }: StateChange): void {
    if (from === 'ready') this.#lost(cause);
    switch (to) {
      case 'ready':
        return this.#ready();
      case 'parked':
        return this.#tellWhyParked();
      case 'draining':
      case 'closed':
        return this.#end(undefined);
      case 'idle':
      case 'connecting':
      case 'handshaking':
      case 'backing-off':
    }
  }

  #ready(): void {
    const { session } = this.#line;
    // In RESP2 a connection that subscribes can do nothing else.
    if (this.#own === undefined && !(session instanceof RedisSession && session.hasPushMessages)) {
      this.#own = this.#ground.openOwn();
      return this.#watch(this.#own);
    }
    for (const topics of Object.values(this.#topics))
      for (const topic of topics.values()) this.#due.add(topic);
    this.#ask();
  }

  /** The connection is gone, and with it all that the server had. */
  #lost(cause: Error | undefined): void {
    const outage = this.#outage(cause);
    for (const topics of Object.values(this.#topics)) for (const topic of topics.values()) topic.lost(outage);
  }

  #outage(cause: Error | undefined): Outage {
    const { clock, stallAfterMs } = this.#ground;
    return outageOf(cause, clock.now(), stallAfterMs);
  }

  /** A refused handshake is not mended by waiting: whoever waits is told. */
  #tellWhyParked(): void {
    this.#line.ready().catch((error: unknown) => this.#end(error as Error));
  }

  /** Brings what the server has nearer to what is wanted, as far as it can be asked now. */
  #ask(): void {
    for (const topic of this.#due) {
      if (this.#line.state !== 'ready' || this.#waitsForRoom || this.#asked >= ASKED_AT_ONCE_MAX) return;
      this.#due.delete(topic);
      this.#askFor(topic);
    }
  }

  #askFor(topic: Topic): void {
    const { isWanted, phase } = topic;
    if (phase.name === 'away' && isWanted) this.#submit(topic, 'join');
    else if (phase.name === 'live' && !isWanted) this.#submit(topic, 'leave');
    else if (phase.name === 'away') this.#forget(topic);
  }

  #forget(topic: Topic): void {
    const topics = this.#topics[topic.kind];
    this.#due.delete(topic);
    if (topics.get(topic.name) === topic) topics.delete(topic.name);
  }

  #submit(topic: Topic, step: 'join' | 'leave'): void {
    const request = new SubscriptionRequest(topic.kind, step, topic.name);
    let reply: Promise<RedisReply>;
    try {
      // For as long as the connection bears it: how long a subscriber waits is for the subscriber to say.
      reply = this.#line.submit(request, { timeoutMs: Infinity, silenceMs: 0 });
    } catch (error) {
      return this.#notAccepted(topic, error as HawserError);
    }
    const phase = topic.begin(step === 'join' ? 'joining' : 'leaving');
    this.#asked += 1;
    void reply
      .catch((error: unknown) => this.#failed(topic, phase, error))
      .then(() => {
        this.#asked -= 1;
        this.#ask();
      });
  }

  /** There is no room for it now, or never. */
  #notAccepted(topic: Topic, error: HawserError): void {
    if (error.code !== 'OVERLOADED' || this.#line.pending === 0) return this.#refused(topic, error);
    this.#due.add(topic);
    if (this.#waitsForRoom) return;
    this.#waitsForRoom = true;
    const goOn = (): void => {
      this.#waitsForRoom = false;
      this.#ask();
    };
    this.#line.capacity({ timeoutMs: Infinity }).then(goOn, goOn);
  }

  #failed(topic: Topic, phase: Phase, error: unknown): void {
    // Of a connection that is gone: on the next one it is asked for again.
    if (topic.phase !== phase || !(error instanceof RedisReplyError)) return;
    topic.left();
    this.#due.add(topic);
    if (phase.name === 'joining') this.#refused(topic, error);
  }

  #refused(topic: Topic, error: Error): void {
    for (const subscriber of topic.subscribers) subscriber.end(error);
  }

  #pushed(message: RedisReply[]): void {
    const meaning = meaningOf(message[0]);
    if (meaning === undefined) return;
    const topic = this.#topics[meaning.kind].get(textOf(message[1]));
    if (topic === undefined) return;
    if (meaning.means === 'joined') this.#joined(topic);
    else if (meaning.means === 'left') this.#left(topic);
    else topic.published(messageOf(topic, message));
  }

  #joined(topic: Topic): void {
    if (topic.phase.name !== 'joining') return;
    topic.joined();
    this.#due.add(topic);
  }

  #left(topic: Topic): void {
    const { name } = topic.phase;
    if (name === 'leaving') topic.left();
    else if (name === 'live') {
      const verb = VERBS[topic.kind].leave;
      topic.lost(this.#outage(lostBy(`the server has ended the subscription, by ${verb}`)));
    } else return;
    this.#due.add(topic);
    this.#ask();
  }
}

function messageOf({ kind }: Topic, message: RedisReply[]): PublishedMessage {
  const [, name, second, third] = message;
  return kind === 'pattern'
    ? new PublishedMessage(textOf(second), textOf(name), bytesOf(third))
    : new PublishedMessage(textOf(name), undefined, bytesOf(second));
}

function bytesOf(payload: RedisReply | undefined): Buffer {
  return Buffer.isBuffer(payload) ? payload : Buffer.from(textOf(payload));
}
