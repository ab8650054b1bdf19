import {
  describeEndpoint,
  Pipeline,
  type Dial,
  type Endpoint,
  type Explanation,
  type StateChange,
} from '../../core/index.ts';
import type { RedisLine } from '../line.ts';
import { subscriberProtocol } from '../pubsub/subscriber-session.ts';
import { SubscriptionRequest } from '../pubsub/subscription-request.ts';
import { textOf, type RedisReply } from '../reply.ts';
import type { SentinelLine } from './sentinel-answer.ts';
import type { SentinelGroup } from './sentinel-group.ts';

/**
 * Where a Sentinel tells that the primary is another one, and that a replica is new, down, or back. The one that leads a failover
 * says `+switch-master` only when all other replicas have followed, and already names the new primary at `+promoted-slave`.
 */
const CHANNELS = {
  primary: ['+switch-master', '+promoted-slave'],
  replica: ['+switch-master', '+promoted-slave', '+slave', '+sdown', '-sdown'],
} as const;
/** One that does not answer for longer is left for the next. */
const ATTEMPT_LIMIT_MS = 1_000;

/**
 * A subscription to what one Sentinel tells of the group, kept up for ever: when that one is lost or silent, on another.
 * What is told while there is none is made up for by a hint whenever it begins.
 */
export class SwitchWatch {
  readonly #group: SentinelGroup;
  readonly #line: SentinelLine;
  readonly #hint: (sentinel: Endpoint) => void;
  /** Those that were tried since one was subscribed to. */
  readonly #tried = new Set<string>();
  #pipeline: RedisLine | undefined;
  #at: Endpoint | undefined;

  /** @param hint this Sentinel may know of another primary */
  constructor(group: SentinelGroup, line: SentinelLine, hint: (sentinel: Endpoint) => void) {
    this.#group = group;
    this.#line = line;
    this.#hint = hint;
  }

  /** Begins, or tries again after a refusal. */
  wake(): void {
    if (this.#pipeline === undefined) this.#begin();
    else if (this.#pipeline.state === 'parked') this.#pipeline.retryNow();
  }

  explain(): Explanation | undefined {
    return this.#pipeline?.explain();
  }

  async end(): Promise<void> {
    await this.#pipeline?.close({ timeoutMs: 0 });
  }

  #begin(): void {
    const { environment, sentinel, session } = this.#line;
    const connection = {
      ...sentinel.connection,
      endpoints: [{ path: `a Sentinel of ${sentinel.group}` }],
      connectTimeoutMs: ATTEMPT_LIMIT_MS,
      handshakeTimeoutMs: ATTEMPT_LIMIT_MS,
    };
    const dial: Dial = (request) => environment.dial({ ...request, endpoint: this.#next() });
    const pipeline = Pipeline.start(subscriberProtocol(session), connection, { ...environment, dial });
    this.#pipeline = pipeline;
    pipeline.onState((change) => this.#stateChanged(pipeline, change));
    pipeline.onPush((message) => this.#told(message));
  }

  #next(): Endpoint {
    const { sentinels } = this.#group;
    let next = sentinels.find((each) => !this.#tried.has(describeEndpoint(each)));
    if (next === undefined) {
      this.#tried.clear();
      next = sentinels[0]!;
    }
    this.#tried.add(describeEndpoint(next));
    this.#at = next;
    return next;
  }

  #stateChanged(pipeline: RedisLine, { from, to }: StateChange): void {
    // The one that was lost is not the first to be tried again.
    if (from === 'ready') this.#tried.clear();
    if (from === 'ready' && this.#at !== undefined) this.#tried.add(describeEndpoint(this.#at));
    if (to !== 'ready') return;
    const joins = CHANNELS[this.#line.sentinel.wanted].map((channel) => {
      const request = new SubscriptionRequest('channel', 'join', channel);
      return pipeline.submit(request, { timeoutMs: Infinity, silenceMs: 0 });
    });
    const mayHaveMoved = (): void => this.#mayHaveMoved();
    Promise.any(joins).then(mayHaveMoved, () => {
      // It is lost, and subscribed to on the next; or refused, and the Sentinels are asked at each connect as ever.
    });
  }

  /** `message`, the channel, and `group old-host old-port new-host new-port`, or `slave name host port @ group ...`. */
  #told([kind, , payload]: RedisReply[]): void {
    if (textOf(kind) !== 'message') return;
    const text = textOf(payload);
    const { name } = this.#group;
    if (text.startsWith(`${name} `) || (text.startsWith('slave ') && text.includes(` @ ${name} `))) {
      this.#mayHaveMoved();
    }
  }

  #mayHaveMoved(): void {
    if (this.#at !== undefined) this.#hint(this.#at);
  }
}
