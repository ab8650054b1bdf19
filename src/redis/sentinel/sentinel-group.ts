import { describeEndpoint, type Endpoint } from '../../core/index.ts';
import type { SentinelAnswer } from './sentinel-answer.ts';

/** Most Sentinels that are remembered besides those that were listed. */
export const SENTINELS_LEARNT_MAX = 32;

/** What is known of a group and of the Sentinels that watch it. */
export class SentinelGroup {
  readonly name: string;
  readonly #listed: readonly Endpoint[];
  #learnt: readonly Endpoint[] = [];
  /** All of them. */
  #inOrder: readonly Endpoint[];
  #believed: SentinelAnswer | undefined;
  #epoch: number | undefined;

  constructor(name: string, listed: readonly Endpoint[]) {
    this.name = name;
    this.#listed = listed;
    this.#inOrder = distinct(listed);
  }

  /** Whether a Sentinel has ever known it. */
  get isKnown(): boolean {
    return this.#believed !== undefined;
  }

  /**
   * In the order in which they are to be asked: the last that has answered first, those that have disappointed last, and between
   * them those that were listed before the others.
   */
  get sentinels(): readonly Endpoint[] {
    return this.#inOrder;
  }

  /** The answer that was believed last. */
  get believed(): SentinelAnswer | undefined {
    return this.#believed;
  }

  /** The one to be asked first from now on. */
  prefer(sentinel: Endpoint): void {
    this.#inOrder = distinct([sentinel, ...this.#inOrder]);
  }

  /** The one to be asked last from now on: it has not answered, or what it has named is not there. */
  doubt(sentinel: Endpoint): void {
    this.#inOrder = [...this.#inOrder.filter((each) => !isSame(each, sentinel)), sentinel];
  }

  /** Whether an answer is not older than what is known. A Sentinel that was paused or cut off tells old news when it is back. */
  isNews({ epoch }: SentinelAnswer): boolean {
    return epoch === undefined || this.#epoch === undefined || epoch >= this.#epoch;
  }

  /** Takes an answer for the truth. */
  believe(answer: SentinelAnswer): void {
    const { from, epoch, others } = answer;
    this.#believed = answer;
    this.#epoch = epoch ?? this.#epoch;
    if (others.length > 0) this.#learnt = [from, ...others].slice(0, SENTINELS_LEARNT_MAX);
    const all = distinct([from, ...this.#listed, ...this.#learnt]);
    const isRemembered = (sentinel: Endpoint): boolean => all.some((each) => isSame(each, sentinel));
    this.#inOrder = distinct([from, ...this.#inOrder.filter(isRemembered), ...all]);
  }
}

function distinct(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  return [...new Map(endpoints.map((each) => [describeEndpoint(each), each])).values()];
}

export function isSame(one: Endpoint, other: Endpoint): boolean {
  return describeEndpoint(one) === describeEndpoint(other);
}
