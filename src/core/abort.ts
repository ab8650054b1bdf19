/** Who is told when a signal fires. */
interface Watch {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

// For all of a process, whose connections do not know of one another: Node takes eleven listeners of one signal for a leak, and a
// program that has a signal for its end gives it to all that it asks.
const watches = new WeakMap<AbortSignal, Watch>();

/**
 * Calls back, once, when the signal fires; never if it has. All who wait for a signal share one listener. Returns what ends the
 * watch, which may be called more than once. `callback` must not throw.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const { callbacks, listener } = watches.get(signal) ?? begin(signal);
  const own = (): void => callback();
  callbacks.add(own);
  return () => {
    callbacks.delete(own);
    if (callbacks.size > 0 || watches.get(signal)?.callbacks !== callbacks) return;
    watches.delete(signal);
    signal.removeEventListener('abort', listener);
  };
}

function begin(signal: AbortSignal): Watch {
  const callbacks = new Set<() => void>();
  const listener = (): void => {
    watches.delete(signal);
    for (const callback of callbacks) callback();
  };
  const watch = { callbacks, listener };
  watches.set(signal, watch);
  signal.addEventListener('abort', listener, { once: true });
  return watch;
}
