import type { Endpoint } from 'hawser';
import type { RedisOptions } from 'hawser/redis';
import type { SeededRandom, SimulatedRedisOptions, SimulatedWorld } from 'hawser/testing';

const ENDPOINTS: readonly Endpoint[] = [
  { host: 'one', port: 6379 },
  { host: 'two', port: 6379 },
  { path: '/run/three.sock' },
];
const PASSWORD = 'secret';

/** Options of a client, those that the checks need to know among them. */
export type ScenarioOptions = RedisOptions & {
  readonly endpoints: readonly Endpoint[];
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly database?: number;
  readonly maxPending: { readonly requests: number; readonly bytes: number };
};

/** What must pass by itself, once all is well again, within this time. */
export const RECOVERY_MS = 20_000;

/** How a client and its server are set up, by chance. Everything that may be waited for is far shorter than a recovery. */
export function randomOptions(
  random: SeededRandom,
  passwords: Passwords,
): { readonly client: ScenarioOptions; readonly server: Pick<SimulatedRedisOptions, 'credentials'> } {
  const hasPassword = random.chance(0.3);
  return {
    server: hasPassword ? { credentials: { password: PASSWORD } } : {},
    client: {
      endpoints: ENDPOINTS.slice(0, random.pick([1, 1, 2, 3])),
      timeoutMs: random.pick([100, 1_000, 5_000]),
      stallAfterMs: random.pick([200, 1_500]),
      whenDownWaitMs: random.pick([0, 300, 2_000, 2_000, Infinity]),
      maxPending: {
        requests: random.pick([5, 50, 10_000, 10_000]),
        bytes: random.pick([500, 10_000_000, 10_000_000]),
      },
      connectTimeoutMs: random.pick([200, 1_000]),
      handshakeTimeoutMs: 1_000,
      backoff: { baseMs: random.pick([1, 100]), capMs: 1_000 },
      slowRetryMs: 2_000,
      role: random.pick(['primary', 'any']),
      ...(random.chance(0.2)
        ? { limits: random.pick([{ maxBulkBytes: 2_000 }, { maxReplyBytes: 2_000 }]) }
        : {}),
      ...(random.chance(0.3) ? { database: 3, clientName: 'simulated' } : {}),
      ...(random.chance(0.2) ? { tls: {} } : {}),
      ...(hasPassword ? { credentials: () => passwords.ask() } : {}),
    },
  };
}

/** Where a client gets its password from: it takes its time, or fails, now and then. */
export class Passwords {
  /** Those who are asked and have not answered. */
  pending = 0;
  /** Whether they are told at once, and always. */
  isCalm = false;
  readonly #random: SeededRandom;
  readonly #pause: (ms: number) => Promise<void>;

  constructor({ random, pause }: SimulatedWorld) {
    this.#random = random.fork();
    this.#pause = pause;
  }

  ask(): { password: string } | Promise<{ password: string }> {
    if (this.isCalm || this.#random.chance(0.7)) return { password: PASSWORD };
    if (this.#random.chance(0.2)) throw new Error('no password at the moment');
    return this.#askLater();
  }

  async #askLater(): Promise<{ password: string }> {
    this.pending += 1;
    await this.#pause(this.#random.pick([1, 50]));
    this.pending -= 1;
    if (this.#random.chance(0.2)) throw new Error('no password after all');
    return { password: PASSWORD };
  }
}
