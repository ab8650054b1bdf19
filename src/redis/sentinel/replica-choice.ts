import { describeEndpoint, HawserError, type Endpoint } from '../../core/index.ts';
import type { Choice } from './choice.ts';
import type { ReplicaView } from './replica-view.ts';
import type { SentinelAnswer } from './sentinel-answer.ts';
import { isSame } from './sentinel-group.ts';

/** How many replicas an error tells of. */
const REPLICAS_TOLD_MAX = 5;

/** How the last transport to a replica has ended. */
interface Ending {
  /** Greater than that of all that ended before. */
  readonly number: number;
  readonly wasUseful: boolean;
}

/** Any replica that is up, but another one than the last where there is one: at random, so that the clients of a group are spread. */
export class ReplicaChoice implements Choice {
  readonly #group: string;
  readonly #random: () => number;
  readonly #endings = new Map<string, Ending>();
  #endingCount = 0;

  constructor(group: string, random: () => number) {
    this.#group = group;
    this.#random = random;
  }

  isIn(answer: SentinelAnswer): boolean {
    return upIn(answer).length > 0;
  }

  choose(answer: SentinelAnswer): Endpoint {
    const { replicas } = answer;
    const known = new Set(replicas.map(({ endpoint }) => describeEndpoint(endpoint)));
    for (const name of this.#endings.keys()) if (!known.has(name)) this.#endings.delete(name);
    const [best] = upIn(answer)
      .map((view) => ({ view, rank: this.#rankOf(view), draw: this.#random() }))
      .toSorted((a, b) => a.rank - b.rank || this.#lastOf(a.view) - this.#lastOf(b.view) || a.draw - b.draw);
    if (best === undefined) throw this.#noneIsUp(replicas);
    return best.view.endpoint;
  }

  reasonToLeave(endpoint: Endpoint, answer: SentinelAnswer): string | undefined {
    if (isSame(endpoint, answer.primary)) {
      return `the Sentinels name a replica as the primary of ${this.#group}: ${describeEndpoint(endpoint)}`;
    }
    // One that works is worth more than none: the Sentinel that says so may be the one that is cut off.
    if (upIn(answer).length === 0) return undefined;
    const view = answer.replicas.find((each) => isSame(each.endpoint, endpoint));
    if (view !== undefined && view.state !== 'down') return undefined;
    return `the Sentinels say that a replica of ${this.#group} is down, and others are not: ${describeEndpoint(endpoint)}`;
  }

  isNewIn(answer: SentinelAnswer, before: SentinelAnswer): boolean {
    const upBefore = upIn(before);
    return upIn(answer).some(({ endpoint }) => !upBefore.some((view) => isSame(view.endpoint, endpoint)));
  }

  ended(endpoint: Endpoint, wasUseful: boolean): void {
    this.#endingCount += 1;
    this.#endings.set(describeEndpoint(endpoint), { number: this.#endingCount, wasUseful });
  }

  /** The last of the linked ones before one whose answers may be old, and what was no use behind all: Sentinels notice late. */
  #rankOf({ endpoint, state }: ReplicaView): number {
    const ending = this.#endings.get(describeEndpoint(endpoint));
    if (ending?.wasUseful === false) return 3;
    if (state === 'unlinked') return 2;
    return ending === undefined ? 0 : 1;
  }

  #lastOf({ endpoint }: ReplicaView): number {
    return this.#endings.get(describeEndpoint(endpoint))?.number ?? 0;
  }

  #noneIsUp(replicas: readonly ReplicaView[]): HawserError {
    const told = replicas.slice(0, REPLICAS_TOLD_MAX).map(({ endpoint, words }) => {
      return `${describeEndpoint(endpoint)}: ${words}`;
    });
    const what = told.length === 0 ? 'the Sentinels know of none' : told.join('; ');
    return new HawserError('CONNECT_FAILED', `no replica of ${this.#group} is up (${what})`, {
      outcome: 'not-sent',
    });
  }
}

function upIn({ replicas }: SentinelAnswer): readonly ReplicaView[] {
  return replicas.filter(({ state }) => state === 'linked' || state === 'unlinked');
}
