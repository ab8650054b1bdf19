// On the client's side: dials and asks as it is told, by messages, and tells what comes of it.
import { connect } from 'node:net';
import { counts } from './network-counts.mjs';

/** @param {object} event */
const tell = (event) => void process.send?.(event);

/** @type {Map<number, import('node:net').Socket>} */
const sockets = new Map();

/** @param {number} number @param {string} host */
function dial(number, host) {
  const socket = connect({ host, port: 6_379 });
  sockets.set(number, socket);
  socket.on('connect', () => tell({ number, event: 'connected', port: socket.localPort }));
  socket.on('data', () => tell({ number, event: 'answered' }));
  socket.on('error', (error) => {
    tell({ number, event: /** @type {NodeJS.ErrnoException} */ (error).code });
  });
}

process.on('message', (order) => {
  const { what, number, host } = /** @type {{ what: string, number: number, host: string }} */ (order);
  if (what === 'dial') dial(number, host);
  if (what === 'ask') sockets.get(number)?.write('?');
  if (what === 'drop') for (const socket of sockets.values()) socket.destroy();
  if (what === 'count') tell({ number, event: 'counted', counts: counts() });
});
tell({ event: 'there' });
