import { createPool } from 'generic-pool';
import { MinimalSocket } from '../minimal-socket.mjs';
import { exclusive } from './exclusive.mjs';

export async function connect(url, { max }) {
  const factory = { create: () => MinimalSocket.open(url), destroy: (socket) => socket.close() };
  const pool = createPool(factory, { max });
  const ask = async (command) => {
    const socket = await pool.acquire();
    try {
      return await socket.ask(command);
    } finally {
      void pool.release(socket);
    }
  };
  return exclusive(ask, async () => {
    await pool.drain();
    await pool.clear();
  });
}
