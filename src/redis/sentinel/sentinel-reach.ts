import {
  resolveOptions,
  type Endpoint,
  type Environment,
  type Explanation,
  type Timer,
} from '../../core/index.ts';
import { CredentialSource } from '../credential-source.ts';
import { DeadSessions } from '../dead-sessions.ts';
import type { ResolvedRedisOptions } from '../options.ts';
import type { Choice } from './choice.ts';
import { PrimaryChoice } from './primary-choice.ts';
import { ReplicaChoice } from './replica-choice.ts';
import { askSentinel, type SentinelAnswer, type SentinelLine } from './sentinel-answer.ts';
import { SentinelDial } from './sentinel-dial.ts';
import { SentinelGroup } from './sentinel-group.ts';
import type { ResolvedSentinel } from './sentinel-options.ts';
import { searchSentinels, type SearchGround } from './sentinel-search.ts';
import { SwitchWatch } from './switch-watch.ts';

/** A server of a group that Sentinels watch: found at each dial, and left when they say that it will not do any more. */
export class SentinelReach {
  readonly environment: Environment;
  readonly #given: Environment;
  readonly #group: SentinelGroup;
  readonly #choice: Choice;
  readonly #search: SearchGround;
  readonly #dial: SentinelDial;
  readonly #watch: SwitchWatch;
  readonly #spreadMs: number;
  /** Ends what was begun by a hint. */
  readonly #abort = new AbortController();
  #hints: 'none' | 'followed' | 'another' = 'none';
  #retryNow: () => void = () => {};
  #retry: Timer | undefined;

  constructor(options: ResolvedRedisOptions, sentinel: ResolvedSentinel, given: Environment) {
    const { group, wanted, credentials, connection } = sentinel;
    const source = new CredentialSource(credentials);
    const session = {
      ...options,
      credentials: source,
      // Those of the client are on its server: no Sentinel knows them.
      deadSessions: new DeadSessions(),
      database: 0,
      role: 'any',
      readonly: false,
    } as const;
    const line: SentinelLine = { environment: given, sentinel, session };
    const { backoff, connectTimeoutMs } = resolveOptions(connection);
    const shareMs = connectTimeoutMs / options.connection.endpoints.length;
    this.#given = given;
    this.#spreadMs = backoff.baseMs;
    this.#group = new SentinelGroup(group, connection.endpoints);
    this.#choice = wanted === 'replica' ? new ReplicaChoice(group, given.random) : new PrimaryChoice(group);
    this.#search = {
      clock: given.clock,
      group: this.#group,
      choice: this.#choice,
      // The other half is for the server itself.
      limitMs: shareMs / 2,
      ask: (from, limitMs, signal) => askSentinel(line, from, limitMs, signal),
    };
    this.#dial = new SentinelDial(
      (signal) => this.#find(signal),
      given,
      (endpoint) => this.#failed(endpoint),
    );
    this.#watch = new SwitchWatch(this.#group, line, (from) => void this.#follow(from));
    this.environment = { ...given, dial: this.#dial.dial };
  }

  onMoved(retryNow: () => void): void {
    this.#retryNow = retryNow;
  }

  explainSentinel(): Explanation | undefined {
    return this.#watch.explain();
  }

  async end(): Promise<void> {
    this.#abort.abort(new Error('the client is closed'));
    if (this.#retry !== undefined) this.#given.clock.clearTimer(this.#retry);
    this.#retry = undefined;
    await this.#watch.end();
  }

  async #find(signal: AbortSignal): Promise<Endpoint> {
    const { believed: before } = this.#group;
    const found = await searchSentinels(this.#search, signal);
    const { believed } = this.#group;
    // Newer ones may have come by another way while old news was waited for.
    const answer =
      believed !== undefined && believed !== before && !this.#group.isNews(found) ? believed : found;
    // What works elsewhere is not left for old news; where nothing does, there may be no newer ones.
    if (this.#group.isNews(answer) || !this.#dial.hasToLeave(this.#reasonsIn(answer))) this.#believe(answer);
    if (!this.#abort.signal.aborted) this.#watch.wake();
    return this.#choose(this.#group.believed ?? answer);
  }

  #choose(answer: SentinelAnswer): Endpoint {
    const chosen = this.#choice.choose(answer);
    // It may be another one than that of the connections that there are.
    this.#leaveBy(answer);
    return chosen;
  }

  #failed(endpoint: Endpoint): void {
    this.#choice.failed(endpoint);
    const { believed } = this.#group;
    // The Sentinel may be cut off from the others, who know better by now.
    if (believed !== undefined) this.#group.doubt(believed.from);
  }

  /** A Sentinel may know more than we do. It is asked, for what it has told does not say how new it is. */
  async #follow(from: Endpoint): Promise<void> {
    if (this.#hints !== 'none') {
      this.#hints = 'another';
      return;
    }
    do {
      this.#hints = 'followed';
      this.#group.prefer(from);
      const { signal } = this.#abort;
      const answer = await searchSentinels(this.#search, signal).catch(() => undefined);
      if (answer !== undefined && !signal.aborted && this.#group.isNews(answer)) this.#believe(answer);
    } while (this.#hasAnotherHint());
    this.#hints = 'none';
  }

  #hasAnotherHint(): boolean {
    return this.#hints === 'another' && !this.#abort.signal.aborted;
  }

  #believe(answer: SentinelAnswer): void {
    const before = this.#group.believed;
    this.#group.believe(answer);
    this.#leaveBy(answer);
    if (before !== undefined && this.#choice.isNewIn(answer, before)) this.#retrySoon();
  }

  #leaveBy(answer: SentinelAnswer): void {
    this.#dial.leave(this.#reasonsIn(answer));
  }

  #reasonsIn(answer: SentinelAnswer): (endpoint: Endpoint) => string | undefined {
    return (endpoint) => this.#choice.reasonToLeave(endpoint, answer);
  }

  /** Whoever waits for the next attempt need not wait any longer; spread, since all clients of the group are told at once. */
  #retrySoon(): void {
    const { clock, random } = this.#given;
    if (this.#retry !== undefined || this.#abort.signal.aborted) return;
    this.#retry = clock.setTimer(() => {
      this.#retry = undefined;
      this.#retryNow();
    }, random() * this.#spreadMs);
  }
}
