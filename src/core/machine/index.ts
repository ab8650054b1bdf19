export { backoffMs, type BackoffPolicy, type Failures } from './backoff.ts';
export type { Clock, Random, Timer } from './clock.ts';
export {
  step,
  type ConnectionEffect,
  type ConnectionEvent,
  type ConnectionPolicy,
  type ConnectionState,
  type Outage,
  type StateName,
  type Step,
  type StepContext,
} from './connection-machine.ts';
export { Deadlines, type DeadlineLane } from './deadlines.ts';
export { ERROR_CODES, HawserError, type ErrorCode, type HawserErrorInit, type Outcome } from './errors.ts';
export { Fifo } from './fifo.ts';
export { Growth, MAX_OPENING, type GrowthCounts } from './growth.ts';
export { RetryBudget } from './retry-budget.ts';
export { Shedding } from './shedding.ts';
export { SlotQueue } from './slot-queue.ts';
export { Slot, UNSTAMPED, type SlotPhase } from './slot.ts';
