import type { Stage } from './row.ts';
import { Starvation } from './starved.ts';

/** Lines of a proxy's log that tell of connections; all others tell of faults. */
const OF_CONNECTIONS =
  /^[\d.]+ ms #\d+ (?:(?:server )?accepted$|over;|(?:client|server) (?:ended$|failed: ))/;

/** What is seen of a fault from outside, from its beginning on. */
export class Watch {
  /** Settles when the client has given up a connection that it had. */
  readonly givenUp: Promise<void>;
  /** Milliseconds of `performance.now()`. */
  readonly beganAtMs = performance.now();
  readonly #stage: Stage;
  readonly #before: Totals;
  readonly #starvation = new Starvation();
  #givenUpAfterMs: number | undefined;
  #starvedMs = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#before = totalsOf(stage);
    stage.callers.takeSlowestMs();
    this.givenUp = new Promise((resolve) => {
      const note = (): void => {
        if (this.#givenUpAfterMs === undefined) {
          this.#givenUpAfterMs = this.sinceBegunMs;
          this.#starvedMs = this.#starvation.ms;
        }
        resolve();
      };
      // A pool dials also to grow, so that what counts is the loss, and not the dial that follows.
      if (stage.subject.countsDials) {
        stage.dials.onLoss(note);
        return;
      }
      // Of a socket that is made elsewhere, the loss shows only in the next one.
      stage.client.onConnected?.((isConnected) => void (isConnected || note()));
      stage.proxy.onConnection(note);
    });
  }

  get sinceBegunMs(): number {
    return performance.now() - this.beganAtMs;
  }

  get givenUpAfterMs(): number | undefined {
    return this.#givenUpAfterMs;
  }

  /** For how long the process was not let run until then. */
  get starvedMs(): number {
    return this.#starvedMs;
  }

  /** What there was since the beginning: attempts to connect, and calls that failed. */
  get totals(): Pick<Totals, 'dials' | 'failed' | 'unknown'> {
    const now = totalsOf(this.#stage);
    return {
      dials: now.dials - this.#before.dials,
      failed: now.failed - this.#before.failed,
      unknown: now.unknown - this.#before.unknown,
    };
  }

  /**
   * Whether the fault has shown: in what the client made of it, in what the proxy did to its bytes, or in how long everything
   * stood still. To be asked once.
   *
   * @param stillMs how long everything is to stand still
   */
  hasShown(stillMs: number): boolean {
    const now = totalsOf(this.#stage);
    const lines = this.#stage.proxy.log.slice(this.#before.logged);
    return (
      this.#givenUpAfterMs !== undefined ||
      now.failed > this.#before.failed ||
      (now.passedBytes > this.#before.passedBytes && lines.some((line) => !OF_CONNECTIONS.test(line))) ||
      this.#stage.callers.takeSlowestMs() >= stillMs
    );
  }
}

interface Totals {
  readonly failed: number;
  readonly unknown: number;
  readonly dials: number;
  readonly passedBytes: number;
  /** Lines of the proxy's log. */
  readonly logged: number;
}

function totalsOf({ history, dials, proxy }: Stage): Totals {
  const { calls, open, confirmed, unknown } = history.summary();
  const passed = proxy.connections.map(
    ({ toServer, toClient }) => toServer.passedBytes + toClient.passedBytes,
  );
  return {
    failed: calls - open - confirmed,
    unknown,
    // Of those that are made elsewhere, only what is accepted is seen.
    dials: Math.max(dials.count, proxy.connections.at(-1)?.number ?? 0),
    passedBytes: passed.reduce((sum, bytes) => sum + bytes, 0),
    logged: proxy.log.length,
  };
}
