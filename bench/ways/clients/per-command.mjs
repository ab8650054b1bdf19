import { MinimalSocket } from '../minimal-socket.mjs';
import { exclusive } from './exclusive.mjs';

export async function connect(url) {
  const ask = async (command) => {
    const socket = await MinimalSocket.open(url);
    try {
      return await socket.ask(command);
    } finally {
      await socket.close();
    }
  };
  return exclusive(ask, () => undefined);
}
