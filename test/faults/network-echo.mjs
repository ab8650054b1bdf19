// On the server's side: says everything back, and tells what comes from which port. What it is told is to count.
import { createServer } from 'node:net';
import { counts } from './network-counts.mjs';

/** @param {object} event */
const tell = (event) => void process.send?.(event);

const server = createServer((socket) => {
  const port = socket.remotePort;
  socket.on('data', (bytes) => {
    tell({ port, event: 'asked' });
    socket.write(bytes);
  });
  socket.on('error', (error) => {
    tell({ port, event: /** @type {NodeJS.ErrnoException} */ (error).code });
  });
});
server.listen(6_379, '::', () => tell({ event: 'listening' }));
process.on('message', (order) => {
  tell({ .../** @type {object} */ (order), event: 'counted', counts: counts() });
});
