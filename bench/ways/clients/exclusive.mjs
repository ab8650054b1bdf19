import { encode } from '../minimal-socket.mjs';
import { weigh } from '../footprint.mjs';

/**
 * The client of a way in which a caller has a socket to itself for one command.
 *
 * @param {(command: string) => Promise<any>} ask gets a socket, asks, gives it back
 * @param {() => unknown} close
 * @returns {import('../ways.mjs').WayClient}
 */
export function exclusive(ask, close) {
  return {
    get: (key) => ask(encode(['GET', key])),
    set: (key, value) => ask(encode(['SET', key, value])),
    mget: (keys) => ask(encode(['MGET', ...keys])),
    command: (args) => ask(encode(args)),
    weigh,
    close,
  };
}
