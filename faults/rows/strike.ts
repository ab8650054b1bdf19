import type { LastingFault } from 'hawser/testing';
import type { EarlyStage, Injected, PlayedFault, Row } from '../row.ts';

/** Strikes the connections that are there; new ones find their way. Over when they are. */
export function strike(fault: LastingFault): Row['inject'] {
  return ({ proxy }) => {
    for (const { number, state } of proxy.connections) {
      if (state !== 'over') proxy.add(fault, { connection: number });
    }
    return {};
  };
}

/** Holds for all connections, until it is ended. */
export function hold(...faults: readonly LastingFault[]): Row['inject'] {
  return ({ proxy }) => {
    const removals = faults.map((fault) => proxy.add(fault));
    return { end: () => removals.forEach((remove) => remove()) };
  };
}

/** Tears everything, and has something hold from then on. */
export function afterLoss(inject: (stage: EarlyStage) => Injected): Row['inject'] {
  return (stage) => {
    const injected = inject(stage);
    stage.proxy.add({ kind: 'reset' });
    return injected;
  };
}

/** For faults that are no reason to fail a call. */
export function noneFailed(_stage: unknown, { failed }: PlayedFault): string[] {
  return failed > 0 ? [`${failed} calls failed, and none had to`] : [];
}
