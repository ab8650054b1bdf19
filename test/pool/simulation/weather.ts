import type { SeededRandom } from 'hawser/testing';
import { connectFailed, refused, type FakeOpen, type FakeSource } from '../fake-source.ts';

/** How likely it is that something goes wrong, by what. */
interface Odds {
  readonly fails: number;
  readonly refuses: number;
  readonly hangs: number;
  readonly isLostAtOnce: number;
  readonly slow: number;
}

const FINE: Odds = { fails: 0, refuses: 0, hangs: 0, isLostAtOnce: 0, slow: 0 };

/** What the server and the network do to the members of a pool, by chance. */
export class Weather {
  isOutage = false;
  readonly #random: SeededRandom;
  #odds: Odds = FINE;

  constructor(random: SeededRandom, source: FakeSource) {
    this.#random = random;
    this.change();
    source.onOpen = (open) => this.#open(open);
    source.onCheck = () => this.#answer(source);
    source.onReset = async () => {
      await this.#answer(source);
      return !random.chance(this.#odds.fails);
    };
    source.closeMs = () => (random.chance(this.#odds.slow) ? random.integer(1, 800) : random.integer(0, 2));
  }

  change(): void {
    const random = this.#random;
    const rarely = (most: number): number => (random.chance(0.5) ? 0 : most * random.next());
    this.#odds = {
      fails: rarely(0.5),
      refuses: rarely(0.1),
      hangs: rarely(0.3),
      isLostAtOnce: rarely(0.2),
      slow: rarely(1),
    };
  }

  calm(): void {
    this.isOutage = false;
    this.#odds = FINE;
  }

  #open(open: FakeOpen): void {
    const random = this.#random;
    const odds = this.#odds;
    if (random.chance(0.3))
      open.late = { afterMs: random.pick([0, 1, 100, 2_000]), opens: random.chance(0.5) };
    const afterMs = this.#durationMs();
    if (random.chance(odds.hangs)) return;
    if (random.chance(odds.refuses)) return open.fail(refused(), afterMs);
    if (this.isOutage || random.chance(odds.fails)) return open.fail(connectFailed(), afterMs);
    open.succeed(afterMs);
    // Before the pool can have seen it.
    if (random.chance(odds.isLostAtOnce)) open.member?.lose();
  }

  async #answer(source: FakeSource): Promise<void> {
    const random = this.#random;
    if (random.chance(this.#odds.hangs)) await source.wait(5_000);
    await source.wait(this.#durationMs());
    if (this.isOutage || random.chance(this.#odds.fails)) throw new Error('no answer');
  }

  #durationMs(): number {
    const random = this.#random;
    return random.chance(this.#odds.slow) ? random.integer(1, 1_500) : random.integer(0, 5);
  }
}
