import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/**
 * Below the range from which systems take the local ports of outgoing connections: a client that dials a dead
 * server's port inside it can get that very port as its own, be connected with itself, and keep the server out.
 */
const FIRST_PORT = 20_000;
const RANGES = 1_500;
const RANGE_PORTS = 8;
const RANGES_TO_TRY = 20;
const HOST = '127.0.0.1';

/**
 * A few ports to listen at that are claimed by nobody else who claims some here, in whatever process, also while nobody
 * listens at them: what dials a server that was killed must not find another one. Programs that know nothing of this may
 * have taken one all the same.
 *
 * The claim is a listener at one more port. So it ends with this process, however that ends, and leaves nothing behind.
 */
export class ClaimedPorts {
  /** Rejects when there are none. */
  static async claim(): Promise<ClaimedPorts> {
    for (let attemptsLeft = RANGES_TO_TRY; ; attemptsLeft -= 1) {
      const first = FIRST_PORT + RANGE_PORTS * Math.floor(Math.random() * RANGES);
      const keeper = createServer((socket) => socket.destroy());
      keeper.unref().listen({ host: HOST, port: first, exclusive: true });
      try {
        await once(keeper, 'listening');
        return new ClaimedPorts(first, keeper);
      } catch (error) {
        if (attemptsLeft === 0) throw error;
      }
    }
  }

  readonly #first: number;
  readonly #keeper: Server;
  #taken = 0;

  private constructor(first: number, keeper: Server) {
    this.#first = first;
    this.#keeper = keeper;
  }

  /** One that was not taken before. Throws when there is none left. */
  take(): number {
    this.#taken += 1;
    if (this.#taken === RANGE_PORTS) throw new RangeError(`There are ${RANGE_PORTS - 1} ports, and no more.`);
    return this.#first + this.#taken;
  }

  /** Lets others have them. May be called more than once. */
  async release(): Promise<void> {
    if (!this.#keeper.listening) return;
    this.#keeper.close();
    await once(this.#keeper, 'close');
  }
}
