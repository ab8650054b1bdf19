// Listens, and accepts nobody: two connections are completed by the kernel, further ones get no answer. Prints its port.
// It is killed by the test; should that not come, it ends by itself.
import { writeSync } from 'node:fs';
import { createServer } from 'node:net';

const LIFE_MS = 60_000;

const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  writeSync(1, `${server.address().port}\n`);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LIFE_MS);
  process.exit();
});
