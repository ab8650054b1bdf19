// On the server's side: says everything back, and tells what it hears.
import { createServer } from 'node:net';

const server = createServer((socket) => {
  socket.on('data', (bytes) => {
    process.send?.('heard');
    socket.write(bytes);
  });
  socket.on('error', (error) => process.send?.(/** @type {NodeJS.ErrnoException} */ (error).code));
});
server.listen(6_379, '::', () => process.send?.('listening'));
