import type { Buffer } from 'node:buffer';
import type { Duplex } from 'node:stream';

/** What an owned socket tells `handleInfo`. */
export type SocketMessage =
  | { readonly type: 'data'; readonly socket: Duplex; readonly bytes: Buffer }
  /** The peer has ended its side, or the socket was closed. Comes once, and not after `error`. */
  | { readonly type: 'closed'; readonly socket: Duplex }
  | { readonly type: 'error'; readonly socket: Duplex; readonly error: Error };
