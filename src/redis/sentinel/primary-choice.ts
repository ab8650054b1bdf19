import { describeEndpoint, type Endpoint } from '../../core/index.ts';
import type { Choice } from './choice.ts';
import type { SentinelAnswer } from './sentinel-answer.ts';
import { isSame } from './sentinel-group.ts';

/** The primary, of which there is one. */
export class PrimaryChoice implements Choice {
  readonly #group: string;

  constructor(group: string) {
    this.#group = group;
  }

  isIn(): boolean {
    return true;
  }

  choose({ primary }: SentinelAnswer): Endpoint {
    return primary;
  }

  reasonToLeave(endpoint: Endpoint, { primary }: SentinelAnswer): string | undefined {
    if (isSame(endpoint, primary)) return undefined;
    return `the Sentinels name another primary of ${this.#group}: ${describeEndpoint(primary)}`;
  }

  isNewIn({ primary }: SentinelAnswer, before: SentinelAnswer): boolean {
    return !isSame(primary, before.primary);
  }

  failed(): void {
    // There is no other one to be preferred.
  }
}
