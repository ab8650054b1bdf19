import type { Endpoint } from '../../core/index.ts';
import type { SentinelAnswer } from './sentinel-answer.ts';

/** Which of a group's servers a client wants. */
export interface Choice {
  /** Whether a Sentinel names one in its answer. Where it does not, others are asked besides. */
  isIn(answer: SentinelAnswer): boolean;
  /** The one that all connections lead to from now on. Throws CONNECT_FAILED where there is none. */
  choose(answer: SentinelAnswer): Endpoint;
  /** Why one that was dialled is to be left; `undefined` where it will do. */
  reasonToLeave(endpoint: Endpoint, answer: SentinelAnswer): string | undefined;
  /** Whether there is one that was not there before: nobody need wait any longer. */
  isNewIn(answer: SentinelAnswer, before: SentinelAnswer): boolean;
  /** Something is wrong with one that was chosen, or with the way there. */
  failed(endpoint: Endpoint): void;
}
