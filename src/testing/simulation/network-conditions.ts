import { checkInteger, checkRange } from '../check-numbers.ts';

/** How one direction of a connection treats what is on its way. May be changed at any time. */
export interface PathConditions {
  /** How long bytes travel. */
  latencyMs: number;
  /** Each delivery is late by up to so many whole milliseconds more; order is kept. */
  jitterMs: number;
  /** Sizes in which bytes that have arrived are handed over: all of them, seeded random cuts, or one by one. */
  slicing: 'whole' | 'random' | 'each-byte';
}

/** How a connection behaves. May be changed at any time. */
export interface NetworkConditions {
  /** How long a dial takes that is accepted. */
  connectMs: number;
  /** Bytes that the client's kernel holds for a server that has not read them; past that the transport has no room. */
  kernelBufferBytes: number;
  readonly toServer: PathConditions;
  readonly toClient: PathConditions;
}

/** {@link NetworkConditions}, as far as they are to differ from the defaults. */
export interface NetworkConditionOptions {
  /** Default 1. */
  readonly connectMs?: number | undefined;
  /** Default 65,536. */
  readonly kernelBufferBytes?: number | undefined;
  /** Defaults: a latency of 1 ms, no jitter, nothing sliced. */
  readonly toServer?: Partial<PathConditions> | undefined;
  /** Defaults as those of `toServer`. */
  readonly toClient?: Partial<PathConditions> | undefined;
}

const SLICINGS: readonly PathConditions['slicing'][] = ['whole', 'random', 'each-byte'];
/** Longest delay of anything in a simulated network: twelve days, what `setTimeout` can take. */
export const DELAY_MS_MAX: number = 2 ** 30;

/** Checks the options and fills in the defaults. Throws a RangeError for what makes no sense. */
export function resolveConditions(options: NetworkConditionOptions): NetworkConditions {
  const { connectMs = 1, kernelBufferBytes = 65_536, toServer, toClient } = options;
  checkDelay('connectMs', connectMs);
  checkInteger('network', 'kernelBufferBytes', kernelBufferBytes, 1);
  return {
    connectMs,
    kernelBufferBytes,
    toServer: resolvePath('toServer', toServer),
    toClient: resolvePath('toClient', toClient),
  };
}

function resolvePath(name: string, path: Partial<PathConditions> = {}): PathConditions {
  const { latencyMs = 1, jitterMs = 0, slicing = 'whole' } = path;
  checkDelay(`${name}.latencyMs`, latencyMs);
  checkInteger('network', `${name}.jitterMs`, jitterMs, 0, DELAY_MS_MAX);
  if (!SLICINGS.includes(slicing)) {
    throw new RangeError(`network: ${name}.slicing is one of ${SLICINGS.join(', ')}, not ${slicing}`);
  }
  return { latencyMs, jitterMs, slicing };
}

function checkDelay(name: string, ms: number): void {
  checkRange('network', name, ms, 0, DELAY_MS_MAX);
}
