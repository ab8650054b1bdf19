import { checkInteger, checkRange } from './check-numbers.ts';

/** The way of the bytes through a {@link FaultProxy}: from the client to the server, or back. */
export type ProxyDirection = 'to-server' | 'to-client';

/** One direction, or both of them. */
export type ProxyDirections = ProxyDirection | 'both';

/**
 * A fault that holds from when it is added until it is removed, for connections that are open and those to come.
 *
 * Several of a kind add up: latencies are summed, the narrowest bandwidth and the smallest slice count. Bytes that
 * are already on their way through the proxy are treated by the faults of the moment in which they would go on.
 *
 * Offsets count the bytes that a sender has sent in that direction, 0 being the first that the proxy passes on after
 * the fault was added, or the first of a connection that is accepted later. Each takes effect once per connection.
 */
export type LastingFault =
  /** Everything, endings too, arrives later by `ms` and by up to `jitterMs` (default 0) more. Order is kept. */
  | {
      readonly kind: 'latency';
      readonly direction: ProxyDirections;
      readonly ms: number;
      readonly jitterMs?: number;
    }
  | { readonly kind: 'bandwidth'; readonly direction: ProxyDirections; readonly bytesPerSecond: number }
  /** Bytes go on in pieces of 1 to `maxBytes` each, by the seed, and one piece in each turn of the event loop. */
  | { readonly kind: 'slice'; readonly direction: ProxyDirections; readonly maxBytes: number }
  /**
   * Nothing arrives, neither bytes nor endings, and nobody is told: a network that loses every packet. As TCP would
   * send them again, what was sent meanwhile arrives when the fault is removed. A megabyte is taken from the sender;
   * then its own buffers fill.
   */
  | { readonly kind: 'blackhole'; readonly direction: ProxyDirections }
  /** The proxy stops reading from the sender of that direction, whose buffers fill: a receiver with a zero window. */
  | { readonly kind: 'pause'; readonly direction: ProxyDirections }
  /** The byte at an offset is changed: `mask` (1 to 255, default 255) tells which of its bits. */
  | {
      readonly kind: 'corrupt';
      readonly direction: ProxyDirection;
      readonly offsetBytes: number;
      readonly mask?: number;
    }
  /** `lengthBytes` (at most 65,536) from an offset on arrive twice, one copy behind the other. */
  | {
      readonly kind: 'duplicate';
      readonly direction: ProxyDirection;
      readonly offsetBytes: number;
      readonly lengthBytes: number;
    }
  /**
   * The connection ends for both sides behind so many bytes: torn (`reset`, an RST) or orderly (`end`, a FIN). A receiver
   * that has not read these bytes when the reset arrives may lose them, or take it for an orderly end.
   */
  | {
      readonly kind: 'cut';
      readonly direction: ProxyDirection;
      readonly afterBytes: number;
      readonly ending: 'reset' | 'end';
    }
  /** New connections are accepted, and that is all: the server is dialled when the fault is removed. */
  | { readonly kind: 'accept-then-silence' }
  /** Nobody listens: new connections are refused (ECONNREFUSED), those that are open go on. For all connections only. */
  | { readonly kind: 'refuse' };

/** A fault that happens to the connections that are open when it is added, at once, and is over then. */
export type MomentaryFault =
  /** Both sides get an RST. */
  | { readonly kind: 'reset' }
  /** Both sides get a FIN; what they still send is lost, and what was on its way too. */
  | { readonly kind: 'end' }
  /** The receiver of that direction gets a FIN; what was on its way there is lost. The other direction goes on. */
  | { readonly kind: 'half-close'; readonly direction: ProxyDirection };

/** What a {@link FaultProxy} can do to the connections that pass through it. */
export type Fault = LastingFault | MomentaryFault;

/** A lasting fault with whom it concerns: the connection of that number, or all of them. */
export interface AddedFault {
  readonly fault: LastingFault;
  readonly connection: number | undefined;
}

/** The largest piece of a stream that can be repeated, since the proxy has to keep it. */
const DUPLICATE_BYTES_MAX = 65_536;
/** What `setTimeout` can take. */
const LATENCY_MS_MAX = 2 ** 30;

const DIRECTIONS: readonly ProxyDirections[] = ['both', 'to-server', 'to-client'];
/** For what counts the bytes of a stream, or ends one. */
const ONE_DIRECTION: readonly ProxyDirections[] = ['to-server', 'to-client'];
const DIRECTIONS_OF: Readonly<Record<Fault['kind'], readonly ProxyDirections[] | undefined>> = {
  latency: DIRECTIONS,
  bandwidth: DIRECTIONS,
  slice: DIRECTIONS,
  blackhole: DIRECTIONS,
  pause: DIRECTIONS,
  corrupt: ONE_DIRECTION,
  duplicate: ONE_DIRECTION,
  cut: ONE_DIRECTION,
  'accept-then-silence': undefined,
  refuse: undefined,
  reset: undefined,
  end: undefined,
  'half-close': ONE_DIRECTION,
};

/** Throws a RangeError when there is no such fault, or one of its settings makes no sense. */
export function checkFault(fault: Fault): void {
  checkOneOf('a fault', 'kind', fault.kind, Object.keys(DIRECTIONS_OF));
  const directions = DIRECTIONS_OF[fault.kind];
  if (directions !== undefined) {
    checkOneOf(fault.kind, 'direction', 'direction' in fault ? fault.direction : undefined, directions);
  }
  switch (fault.kind) {
    case 'latency':
      checkRange(fault.kind, 'ms', fault.ms, 0, LATENCY_MS_MAX);
      return checkRange(fault.kind, 'jitterMs', fault.jitterMs ?? 0, 0, LATENCY_MS_MAX);
    case 'bandwidth':
      return checkRange(fault.kind, 'bytesPerSecond', fault.bytesPerSecond, 0.001, Number.MAX_VALUE);
    case 'slice':
      return checkInteger(fault.kind, 'maxBytes', fault.maxBytes, 1);
    case 'corrupt':
      checkInteger(fault.kind, 'mask', fault.mask ?? ALL_BITS, 1, ALL_BITS);
      return checkInteger(fault.kind, 'offsetBytes', fault.offsetBytes, 0);
    case 'duplicate':
      checkInteger(fault.kind, 'lengthBytes', fault.lengthBytes, 1, DUPLICATE_BYTES_MAX);
      return checkInteger(fault.kind, 'offsetBytes', fault.offsetBytes, 0);
    case 'cut':
      checkOneOf(fault.kind, 'ending', fault.ending, ['reset', 'end']);
      return checkInteger(fault.kind, 'afterBytes', fault.afterBytes, 0);
    default:
  }
}

function checkOneOf(owner: string, name: string, value: unknown, allowed: readonly string[]): void {
  if (allowed.some((one) => one === value)) return;
  throw new RangeError(`${owner}: ${name} is one of ${allowed.join(', ')}, not ${String(value)}`);
}

/** The mask of a `corrupt` that names none. */
export const ALL_BITS = 0xff;

/** The fault in words, for the log: `latency (direction both, ms 20)`. */
export function describeFault({ kind, ...settings }: Fault): string {
  const list = Object.entries(settings).map(([name, value]) => `${name} ${String(value)}`);
  return list.length === 0 ? kind : `${kind} (${list.join(', ')})`;
}

/** Whether a fault happens and is over. */
export function isMomentary(fault: Fault): fault is MomentaryFault {
  return fault.kind === 'reset' || fault.kind === 'end' || fault.kind === 'half-close';
}
