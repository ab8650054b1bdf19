import { HawserError } from '../../core/index.ts';

/** An error of what was done in part, or may have been: as it is, but that it does not say that nothing has run. */
export function mayHaveRun(error: unknown): unknown {
  if (!(error instanceof HawserError) || error.outcome === 'unknown') return error;
  if (error.outcome === 'refused') {
    error.outcome = 'unknown';
    return error;
  }
  const { code, message, command, cause, explanation } = error;
  return new HawserError(code, message, { outcome: 'unknown', command, cause, explanation });
}
