import { getEventListeners, type EventEmitter } from 'node:events';

/** What may have listeners. */
export type Listenable = AbortSignal | EventEmitter;

/** How many listeners each event has. */
export function listenersOf(target: Listenable): Map<string, number> {
  if (target instanceof AbortSignal) return new Map([['abort', getEventListeners(target, 'abort').length]]);
  return new Map(target.eventNames().map((name) => [String(name), target.listenerCount(name)]));
}

/** Throws a TypeError for what is neither. */
export function assertListenable(name: string, target: unknown): void {
  if (target instanceof AbortSignal) return;
  if (typeof target === 'object' && target !== null && 'eventNames' in target && 'listenerCount' in target)
    return;
  throw new TypeError(
    `listenersOf.${name}: expected an AbortSignal or an EventEmitter, got ${typeof target}`,
  );
}
