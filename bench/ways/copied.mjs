// Counts the bytes that are copied between the arguments or replies of calls and the kernel, in a process of its own.
import { fork } from 'node:child_process';
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const CALLERS = 100;
const CALLS_OF_EACH = 10;
/** Calls that are made first, so that a pool has opened all that it opens: what a handshake copies is not counted. */
const CALLS_BEFORE = 50;

/**
 * @param {import('./ways.mjs').Way} way @param {string} url
 * @returns {Promise<number>} bytes copied per GET of 16 B, where the command has 30 bytes and the reply 23
 */
export async function countCopied(way, url) {
  const child = fork(fileURLToPath(import.meta.url), [way.module, JSON.stringify(way.settings), url], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => [{ failure: 'the process ended' }]),
  ]);
  if (message.failure !== undefined) throw new Error(`${way.name}: ${message.failure}`);
  return message.bytesPerCall;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , module, settings, url] = process.argv;
  try {
    const { connect } = await import(new URL(module, new URL('../redis/clients/', import.meta.url)).href);
    process.send({ bytesPerCall: await countCalls(await connect(url, JSON.parse(settings))) });
  } catch (error) {
    process.send({ failure: String(error) });
  }
  process.disconnect();
}

async function countCalls(client) {
  const keys = Array.from({ length: CALLERS }, (_, caller) => `key-${String(caller).padStart(6, '0')}`);
  const value = 'sixteen bytes...';
  for (const key of keys) await client.set(key, value);
  const askAll = (times) =>
    Promise.all(
      keys.map(async (key) => {
        for (let call = 0; call < times; call++) {
          if ((await client.get(key)) !== value) throw new Error('a wrong value');
        }
      }),
    );
  await askAll(CALLS_BEFORE);
  const copied = watchCopies();
  await askAll(CALLS_OF_EACH);
  const { bytes } = copied;
  await client.close();
  return bytes / (CALLERS * CALLS_OF_EACH);
}

/**
 * What counts: text that is written, once for being put together and once for being encoded; bytes that Node hands over
 * from a read of its own, which it copies to a buffer of their size; bytes that are turned into text; bytes that are
 * copied from buffer to buffer.
 */
function watchCopies() {
  const copied = { bytes: 0 };
  const watch = (owner, name, bytesOf) => {
    const original = owner[name];
    owner[name] = function watched(...args) {
      const result = Reflect.apply(original, this, args);
      copied.bytes += bytesOf(args, result, this);
      return result;
    };
  };
  const written = (data) => (typeof data === 'string' ? 2 * Buffer.byteLength(data) : 0);
  const length = (_, result) => result.length;
  watch(Socket.prototype, '_write', ([data]) => written(data));
  watch(Socket.prototype, '_writev', ([chunks]) => sum(chunks.map(({ chunk }) => written(chunk))));
  watch(Readable.prototype, 'push', ([bytes]) => bytes?.length ?? 0);
  for (const name of ['utf8Slice', 'latin1Slice', 'asciiSlice']) watch(Buffer.prototype, name, length);
  for (const name of ['utf8Write', 'latin1Write', 'asciiWrite', 'copy']) {
    watch(Buffer.prototype, name, (_, result) => result);
  }
  watch(Uint8Array.prototype, 'set', ([source]) => source.length);
  watch(Uint8Array.prototype, 'copyWithin', ([, start, end], result) => (end ?? result.length) - start);
  watch(Buffer, 'concat', length);
  watch(String, 'fromCharCode', length);
  return copied;
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
