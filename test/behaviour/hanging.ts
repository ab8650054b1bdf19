import type { BehaviourWorld, Handle } from './scripted-behaviour.ts';

/** A callback's promise that settles when the test says so. */
export class Hanging<T> {
  settle!: (value: T) => void;
  fail!: (error: Error) => void;
  readonly promise: Promise<T> = new Promise((resolve, reject) => {
    this.settle = resolve;
    this.fail = reject;
  });
}

/** Closes, and tells at which instant that was over. */
export async function closing(world: BehaviourWorld, handle: Handle, timeoutMs: number): Promise<number> {
  const closed = handle.close({ timeoutMs }).then(() => world.clock.now());
  return world.clock.waitFor(closed);
}
