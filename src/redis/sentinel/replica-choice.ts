import { describeEndpoint, HawserError, type Endpoint } from '../../core/index.ts';
import type { Choice } from './choice.ts';
import type { ReplicaView } from './replica-view.ts';
import type { SentinelAnswer } from './sentinel-answer.ts';
import { isSame } from './sentinel-group.ts';

/** How many replicas an error tells of. */
const REPLICAS_TOLD_MAX = 5;

/**
 * A replica that is up, drawn at random, so that the clients of a group are spread; and the same one for all connections of a
 * client, as long as nothing is wrong with it.
 */
export class ReplicaChoice implements Choice {
  readonly #group: string;
  readonly #random: () => number;
  #chosen: Endpoint | undefined;
  /** Those that something was wrong with, the last at the end. */
  readonly #failed = new Set<string>();

  constructor(group: string, random: () => number) {
    this.#group = group;
    this.#random = random;
  }

  isIn(answer: SentinelAnswer): boolean {
    return upIn(answer).length > 0;
  }

  choose(answer: SentinelAnswer): Endpoint {
    const chosen = this.#chosen;
    if (chosen !== undefined && this.#whyNot(chosen, answer) === undefined) return chosen;
    this.#forgetAllBut(answer.replicas);
    const failed = [...this.#failed];
    const lastFailure = ({ endpoint }: ReplicaView): number => failed.indexOf(describeEndpoint(endpoint));
    const [best] = upIn(answer)
      .map((view) => ({ view, failure: lastFailure(view), draw: this.#random() }))
      // One that has failed is tried behind one whose answers may be old: Sentinels notice late.
      .toSorted((a, b) => a.failure - b.failure || rankOf(a.view) - rankOf(b.view) || a.draw - b.draw);
    if (best === undefined) throw this.#noneIsUp(answer.replicas);
    this.#chosen = best.view.endpoint;
    return this.#chosen;
  }

  reasonToLeave(endpoint: Endpoint, answer: SentinelAnswer): string | undefined {
    const chosen = this.#chosen;
    if (chosen === undefined || isSame(endpoint, chosen)) return this.#whyNot(endpoint, answer);
    return `another replica of ${this.#group} is read from: ${describeEndpoint(chosen)}`;
  }

  isNewIn(answer: SentinelAnswer, before: SentinelAnswer): boolean {
    const upBefore = upIn(before);
    return upIn(answer).some(({ endpoint }) => !upBefore.some((view) => isSame(view.endpoint, endpoint)));
  }

  failed(endpoint: Endpoint): void {
    const name = describeEndpoint(endpoint);
    this.#failed.delete(name);
    this.#failed.add(name);
    if (this.#chosen !== undefined && isSame(this.#chosen, endpoint)) this.#chosen = undefined;
  }

  /** Why one that is read from will not do any more, by what the Sentinels say. */
  #whyNot(endpoint: Endpoint, answer: SentinelAnswer): string | undefined {
    if (isSame(endpoint, answer.primary)) {
      return `the Sentinels name a replica as the primary of ${this.#group}: ${describeEndpoint(endpoint)}`;
    }
    // One that works is worth more than none: the Sentinel that says so may be the one that is cut off.
    if (upIn(answer).length === 0) return undefined;
    const view = answer.replicas.find((each) => isSame(each.endpoint, endpoint));
    if (view !== undefined && view.state !== 'down') return undefined;
    return `the Sentinels say that a replica of ${this.#group} is down, and others are not: ${describeEndpoint(endpoint)}`;
  }

  #forgetAllBut(replicas: readonly ReplicaView[]): void {
    const known = new Set(replicas.map(({ endpoint }) => describeEndpoint(endpoint)));
    for (const name of this.#failed) if (!known.has(name)) this.#failed.delete(name);
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

function rankOf({ state }: ReplicaView): number {
  return state === 'linked' ? 0 : 1;
}
