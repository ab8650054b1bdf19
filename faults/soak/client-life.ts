import { getEventListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { LeakCheck, ResourceSampler, SeededRandom } from 'hawser/testing';
import { Crashes } from '../crashes.ts';
import { Dials } from '../dials.ts';
import { withinRunningMs } from '../limits.ts';
import type { Access } from '../subject.ts';
import { GRACE_MS } from '../tempo.ts';
import type { Found } from './books.ts';
import { Lateness } from './lateness.ts';
import { growing, memoryOf } from './memory.ts';
import type { Closing, News, RoundReport } from './orders.ts';
import { startPulse } from './pulse.ts';
import { Round } from './round.ts';
import type { SoakClient, SoakSubject } from './subject.ts';
import { CLOSE_MS, SOAK } from './tempo.ts';
import { Warnings } from './warnings.ts';

/** Longer than anything takes that callers do. Who has not finished by then is told of as one that hangs. */
const FINISH_LIMIT_MS = 10_000;
/** How long replies may be due, and connections be cleaned, once nobody asks anything. */
const QUIET_LIMIT_MS = 3_000;
const POLL_MS = 5;

/** What is watched about a client from before it is opened. */
interface Watch {
  readonly dials: Dials;
  readonly crashes: Crashes;
  readonly warnings: Warnings;
  readonly lateness: Lateness;
  readonly leaks: LeakCheck;
  /** Given to many calls, and never fired. */
  readonly lasting: AbortSignal;
}

/** A round that is not checked yet. */
interface OpenRound {
  readonly traffic: Round;
  readonly beganAtMs: number;
  readonly dialsBefore: number;
}

/** A client from its opening to its end in a process of its own, those who ask it, and what is watched about it. */
export class ClientLife {
  /** Resolves when the client is connected. */
  static async open(subject: SoakSubject, access: Access, tell: (news: News) => void): Promise<ClientLife> {
    const dials = new Dials();
    for (const { port } of access.endpoints) dials.watch(port);
    const lasting = new AbortController().signal;
    const watching = {
      dials,
      lasting,
      crashes: new Crashes(),
      warnings: new Warnings(),
      lateness: new Lateness(),
    };
    const leaks = await LeakCheck.begin({ timers: true, listenersOf: { 'the lasting signal': lasting } });
    const client = subject.open(access);
    client.onConnected?.((isConnected) => tell({ kind: 'connected', isConnected }));
    await client.ready();
    return new ClientLife(subject, client, { ...watching, leaks }, tell);
  }

  readonly #subject: SoakSubject;
  readonly #client: SoakClient;
  readonly #watch: Watch;
  readonly #endPulse: () => void;
  readonly #sampler = ResourceSampler.start({ everyMs: Infinity });
  #round: OpenRound | undefined;

  private constructor(subject: SoakSubject, client: SoakClient, watch: Watch, tell: (news: News) => void) {
    this.#subject = subject;
    this.#client = client;
    this.#watch = watch;
    this.#endPulse = startPulse(client, watch.dials, (beat) => tell({ kind: 'beat', beat }));
  }

  /** Has callers ask, each what chance says. */
  begin(round: number, seed: number): void {
    const { timeoutMs } = SOAK.limits;
    this.#watch.lateness.reset();
    this.#round = {
      traffic: new Round(round, {
        outcomeOf: (error) => this.#subject.outcomeOf(error),
        client: this.#client,
        random: new SeededRandom(seed),
        lasting: this.#watch.lasting,
        timeoutMs,
      }),
      beganAtMs: performance.now(),
      dialsBefore: this.#watch.dials.count,
    };
  }

  /** Resolves when something was confirmed that was asked for later than now. */
  nextWrite(): Promise<void> {
    return this.#running.traffic.nextWrite();
  }

  /** Resolves when all callers have finished, or have had the time to. */
  async rest(): Promise<void> {
    await withinRunningMs(this.#running.traffic.stop(), FINISH_LIMIT_MS);
  }

  /**
   * Holds what the callers of the round know against what the server has, and looks at the process now that it rests. The
   * round is forgotten then.
   */
  async check(found: Found): Promise<RoundReport> {
    const { traffic, beganAtMs, dialsBefore } = this.#running;
    const { dials, lateness, leaks } = this.#watch;
    const calls = traffic.summary();
    const broken = traffic.check(found, { graceMs: GRACE_MS + lateness.mostMs });
    this.#round = undefined;
    broken.push(...(await this.#oddAtRest()), ...this.#oddInProcess());
    const dialled = dials.count - dialsBefore;
    const most = calls.unknown + dialsMax(performance.now() - beganAtMs);
    if (dialled > most) broken.push(`it dialled ${dialled} times, and ${most} would be many`);
    // Has timers forgotten that have fired, which would else be kept, each with all that it knew, until there are a thousand.
    await leaks.leftovers({ timeoutMs: 0 });
    this.#sampler.take();
    return { broken, calls };
  }

  /** Closes the client in the midst of what its callers ask. They finish then. */
  async close(): Promise<Closing> {
    const { dials, leaks, lateness } = this.#watch;
    const memory = memoryOf(this.#sampler);
    const broken = memory === undefined ? [] : growing(memory);
    this.#endPulse();
    const beganAtMs = performance.now();
    const closed = await withinRunningMs(this.#client.close(CLOSE_MS), CLOSE_MS + FINISH_LIMIT_MS);
    const tookMs = performance.now() - beganAtMs;
    if (!closed.isInTime) broken.push('close() has not ended');
    else if (tookMs > CLOSE_MS + GRACE_MS + lateness.mostMs)
      broken.push(`close() took ${Math.round(tookMs)} ms of ${CLOSE_MS}`);
    await this.rest();
    broken.push(...(await leaks.leftovers()).map((sentence) => `left behind: ${sentence}`));
    if (dials.open > 0) broken.push(`${dials.open} sockets are open though it was closed`);
    leaks.end();
    return { broken, tookMs, dials: dials.count, memory };
  }

  get #running(): OpenRound {
    if (this.#round === undefined) throw new Error('There is no round.');
    return this.#round;
  }

  /** What has gone wrong in the process since this was asked last. */
  #oddInProcess(): string[] {
    const { crashes, warnings, dials, lasting } = this.#watch;
    const { socketsMax } = this.#subject;
    const listeners = getEventListeners(lasting, 'abort').length;
    return [
      ...crashes.sentences.splice(0).map((sentence) => `it would have ended the process: ${sentence}`),
      ...warnings.sentences.splice(0).map((sentence) => `the process was warned: ${sentence}`),
      ...(dials.mostOpen > socketsMax
        ? [`${dials.mostOpen} sockets were open at once, of at most ${socketsMax}`]
        : []),
      ...(listeners > 0 ? [`${listeners} listeners are left on a signal of calls that have settled`] : []),
    ];
  }

  /** What the client says is under way though nobody asks anything, once it has had the time to finish it. */
  async #oddAtRest(): Promise<string[]> {
    let odd = this.#client.oddBooks();
    for (let waitedMs = 0; odd.length > 0 && waitedMs < QUIET_LIMIT_MS; waitedMs += POLL_MS) {
      await wait(POLL_MS);
      odd = this.#client.oddBooks();
    }
    return odd;
  }
}

/**
 * Attempts to connect that are many for so long a time, besides those for connections that callers have spoilt by leaving:
 * twice those of waits as long as the shortest one.
 */
function dialsMax(ms: number): number {
  return 10 + Math.ceil((2 * ms) / SOAK.limits.backoff.baseMs);
}
