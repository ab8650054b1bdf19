import type { Socket } from 'node:net';

/** How a stream ends: with all bytes sent before it (FIN), or torn (RST). */
export type StreamEnding = 'ended' | 'reset';

/** The server's end of a byte stream, simulated or real. A server that is written against this runs on both. */
export interface ByteDuplex {
  /** Sends bytes; text as UTF-8. After the end of the stream it does nothing. */
  send(bytes: string | Uint8Array): void;
  /** Who gets the bytes that arrive, cut anywhere; a later call replaces it. Call it before the first bytes can arrive. */
  onBytes(handler: (bytes: Buffer) => void): void;
  /** Who is told, once, that the client ended or reset the stream; nobody is after a `reset()` of the server's own. */
  onClosed(handler: (ending: StreamEnding) => void): void;
  /** Ends the stream behind what was sent (FIN). */
  end(): void;
  /** Tears the stream (RST). */
  reset(): void;
}

/** A socket of Node's as a byte duplex, for `createServer((socket) => accept(socketDuplex(socket)))`. Its errors arrive as `reset`. */
export function socketDuplex(socket: Socket): ByteDuplex {
  let closed: ((ending: StreamEnding) => void) | undefined;
  const close = (ending: StreamEnding): void => {
    const handler = closed;
    closed = undefined;
    handler?.(ending);
  };
  socket.on('error', () => close('reset'));
  socket.on('end', () => close('ended'));
  socket.on('close', (hadError) => close(hadError ? 'reset' : 'ended'));
  return {
    send: (bytes) => {
      if (socket.writable) socket.write(bytes);
    },
    onBytes: (handler) => {
      socket.removeAllListeners('data');
      socket.on('data', handler);
    },
    onClosed: (handler) => {
      closed = handler;
    },
    end: () => void socket.end(),
    reset: () => {
      closed = undefined;
      socket.resetAndDestroy();
    },
  };
}
