export { ERROR_CODES, HawserError, type ErrorCode, type HawserErrorInit, type Outcome } from './errors.ts';
export type { Clock, Random, Timer } from './clock.ts';
