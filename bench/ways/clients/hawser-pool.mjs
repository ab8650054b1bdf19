import { Pool } from '../../../dist/core/index.js';
import { MinimalSocket } from '../minimal-socket.mjs';
import { exclusive } from './exclusive.mjs';

export async function connect(url, options) {
  const pool = Pool.start(sourceOf(url), options);
  const ask = async (command) => {
    const lease = await pool.checkout();
    try {
      return await lease.connection.ask(command);
    } finally {
      lease.release();
    }
  };
  await pool.ready();
  return exclusive(ask, () => pool.close());
}

/** @returns {import('../../../dist/core/index.js').PoolSource<MinimalSocket, MinimalSocket>} */
function sourceOf(url) {
  return {
    name: 'minimal-socket',
    open: ({ lost }) => MinimalSocket.open(url, lost),
    lend: (socket) => ({ connection: socket, end: () => (socket.isBusy ? 'broken' : 'clean') }),
    close: (socket) => socket.close(),
  };
}
