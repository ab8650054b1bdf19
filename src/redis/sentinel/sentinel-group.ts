import { describeEndpoint, type Endpoint } from '../../core/index.ts';
import type { SentinelAnswer } from './sentinel-answer.ts';

/** Most Sentinels that are remembered besides those that were listed. */
export const SENTINELS_LEARNT_MAX = 32;

/** What is known of a group and of the Sentinels that watch it. */
export class SentinelGroup {
  readonly name: string;
  readonly #listed: readonly Endpoint[];
  #learnt: readonly Endpoint[] = [];
  /** The one that is asked first. */
  #first: Endpoint | undefined;
  #believed: SentinelAnswer | undefined;
  #epoch: number | undefined;

  constructor(name: string, listed: readonly Endpoint[]) {
    this.name = name;
    this.#listed = listed;
  }

  /** Whether a Sentinel has ever known it. */
  get isKnown(): boolean {
    return this.#believed !== undefined;
  }

  /** In the order in which they are to be asked: the last that has answered, those that were listed, and the others. */
  get sentinels(): readonly Endpoint[] {
    const all = [...(this.#first === undefined ? [] : [this.#first]), ...this.#listed, ...this.#learnt];
    return [...new Map(all.map((each) => [describeEndpoint(each), each])).values()];
  }

  /** The answer that was believed last. */
  get believed(): SentinelAnswer | undefined {
    return this.#believed;
  }

  /** The one to be asked first, until another one has answered. */
  prefer(sentinel: Endpoint): void {
    this.#first = sentinel;
  }

  /** Whether an answer is not older than what is known. A Sentinel that was paused or cut off tells old news when it is back. */
  isNews({ epoch }: SentinelAnswer): boolean {
    return epoch === undefined || this.#epoch === undefined || epoch >= this.#epoch;
  }

  /** Takes an answer for the truth. */
  believe(answer: SentinelAnswer): void {
    const { from, epoch, others } = answer;
    this.#first = from;
    this.#believed = answer;
    this.#epoch = epoch ?? this.#epoch;
    if (others.length > 0) this.#learnt = [from, ...others].slice(0, SENTINELS_LEARNT_MAX);
  }
}

export function isSame(one: Endpoint, other: Endpoint): boolean {
  return describeEndpoint(one) === describeEndpoint(other);
}
