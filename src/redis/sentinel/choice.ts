import type { Endpoint } from '../../core/index.ts';
import type { SentinelAnswer } from './sentinel-answer.ts';

/** Which of a group's servers a client wants. */
export interface Choice {
  /** Whether a Sentinel names one in its answer. Where it does not, others are asked besides. */
  isIn(answer: SentinelAnswer): boolean;
  /** The one to be dialled now. Throws CONNECT_FAILED where there is none. */
  choose(answer: SentinelAnswer): Endpoint;
  /** Why one that was dialled is to be left; `undefined` where it will do. */
  reasonToLeave(endpoint: Endpoint, answer: SentinelAnswer): string | undefined;
  /** Whether there is one that was not there before: nobody need wait any longer. */
  isNewIn(answer: SentinelAnswer, before: SentinelAnswer): boolean;
  /** One that was chosen has ended. `wasUseful`: it was open for long. */
  ended(endpoint: Endpoint, wasUseful: boolean): void;
}
