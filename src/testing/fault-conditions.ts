import type { AddedFault, LastingFault, ProxyDirection } from './fault.ts';

/** What all faults together mean for one direction of a connection. */
export interface FaultConditions {
  readonly latencyMs: number;
  readonly jitterMs: number;
  readonly bytesPerSecond: number;
  readonly sliceBytes: number;
  /** Nothing goes on to the receiver. */
  readonly isHeld: boolean;
  /** Nothing is read from the sender. */
  readonly isPaused: boolean;
}

/** What holds without any fault. */
export const NO_FAULTS: FaultConditions = {
  latencyMs: 0,
  jitterMs: 0,
  bytesPerSecond: Infinity,
  sliceBytes: Infinity,
  isHeld: false,
  isPaused: false,
};

/** Sums up the faults of one connection for one of its directions. */
export function conditionsOf(faults: readonly AddedFault[], direction: ProxyDirection): FaultConditions {
  return faults
    .map(({ fault }) => fault)
    .filter((fault) => 'direction' in fault && (fault.direction === direction || fault.direction === 'both'))
    .reduce(withFault, NO_FAULTS);
}

function withFault(sum: FaultConditions, fault: LastingFault): FaultConditions {
  switch (fault.kind) {
    case 'latency':
      return {
        ...sum,
        latencyMs: sum.latencyMs + fault.ms,
        jitterMs: sum.jitterMs + (fault.jitterMs ?? 0),
      };
    case 'bandwidth':
      return { ...sum, bytesPerSecond: Math.min(sum.bytesPerSecond, fault.bytesPerSecond) };
    case 'slice':
      return { ...sum, sliceBytes: Math.min(sum.sliceBytes, fault.maxBytes) };
    case 'blackhole':
      return { ...sum, isHeld: true };
    case 'pause':
      return { ...sum, isPaused: true };
    default:
      return sum;
  }
}
