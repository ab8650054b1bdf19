import { Pool } from 'tarn';
import { MinimalSocket } from '../minimal-socket.mjs';
import { exclusive } from './exclusive.mjs';

export async function connect(url, { max }) {
  const pool = new Pool({
    create: () => MinimalSocket.open(url),
    destroy: (socket) => socket.close(),
    min: 0,
    max,
  });
  const ask = async (command) => {
    const socket = await pool.acquire().promise;
    try {
      return await socket.ask(command);
    } finally {
      pool.release(socket);
    }
  };
  return exclusive(ask, () => pool.destroy());
}
