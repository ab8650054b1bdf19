import type { Environment } from '../../core/index.ts';
import { History } from '../history.ts';
import { SeededRandom } from '../seeded-random.ts';
import { Sentences } from '../sentences.ts';
import { VirtualClock } from '../virtual-clock.ts';
import type { VirtualGround } from './leftovers.ts';
import { SimulatedNetwork } from './simulated-network.ts';

const SEED_MAX = 2 ** 32 - 1;

/**
 * All that a scenario has: time, a network, chance, and a place for what it finds out. Its functions may be handed on by
 * themselves.
 */
export class SimulatedWorld implements VirtualGround {
  readonly seed: number;
  /** Moved by the simulation while the scenario waits for anything: a scenario never moves it, but it may `jump`. */
  readonly clock: VirtualClock = new VirtualClock();
  readonly random: SeededRandom;
  /** New connections begin with `network.conditions`, which may be changed. */
  readonly network: SimulatedNetwork;
  /** Goes where a client takes an {@link Environment}: `Redis.start(url, options, environment)`. */
  readonly environment: Environment;
  /** In virtual time. */
  readonly history: History;
  readonly #broken = new Sentences();

  /** `seed` is any safe integer. */
  constructor(seed: number) {
    const { clock } = this;
    this.seed = seed;
    this.random = new SeededRandom(seed);
    this.network = new SimulatedNetwork({ clock, seed: this.random.integer(0, SEED_MAX) });
    this.environment = { clock, random: this.random.fork().next, dial: this.network.dial };
    this.history = new History({ clock, note: this.network.note });
  }

  /** What has been found to be wrong so far: the first twenty sentences, and how many more there were. */
  get broken(): readonly string[] {
    return this.#broken.list;
  }

  /** Resolves when so many milliseconds have passed, and all that was due by then is done; with 0, all that is due now. */
  readonly pause = (ms: number): Promise<void> => this.clock.pause(ms);

  /** The event loop is blocked: time passes, and nothing is done about it. */
  readonly block = (ms: number): void => {
    this.note(`the event loop is blocked for ${ms} ms`);
    this.clock.jump(ms);
  };

  /** Adds a line to the log of events, which a failure shows. */
  readonly note = (what: string): void => this.network.note(what);

  /** Takes what a check has found: a sentence for each thing that is wrong. The run goes on, and fails when it is over. */
  readonly check = (sentences: readonly string[]): void => {
    for (const sentence of sentences) {
      this.note(`BROKEN: ${sentence}`);
      this.#broken.add(sentence);
    }
  };
}
