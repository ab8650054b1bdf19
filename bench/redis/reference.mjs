import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { MANY } from './cells.mjs';

const run = promisify(execFile);

/**
 * What the server's own load generator reaches on the keys of a cell, on one connection with as many requests
 * under way as the cell has callers. It neither looks at the replies nor has callers that wait for one.
 *
 * @param {string} tool path of `redis-benchmark`
 * @param {import('./cells.mjs').Cell} cell
 * @param {import('../../dist/testing/index.js').RedisServer} server
 * @param {number} roundMs about how long it works
 * @returns {Promise<{ tool: string, callsPerSecond: number } | undefined>} `undefined` where it has no such workload
 */
export async function measureReference(tool, cell, server, roundMs) {
  const command = commandOf(cell);
  if (command === undefined) return undefined;
  const ask = async (requests) => {
    const load = ['-c', '1', '-P', String(Math.min(cell.callers, 1_000)), '-n', String(requests), '--csv'];
    const { stdout } = await run(tool, ['-p', String(server.port), ...load, ...command], {
      env: { ...process.env, ...server.binary.env },
      maxBuffer: 2 ** 24,
      timeout: 30_000,
    });
    // The last line: "name","requests per second",...
    return Number(stdout.trim().split('\n').at(-1).split('","')[1]);
  };
  let requests = Math.max(cell.callers, 20);
  for (;;) {
    const callsPerSecond = await ask(requests);
    const tookMs = (requests / callsPerSecond) * 1_000;
    // It prints 0 for a run that was too short for its clock.
    if (tookMs >= roundMs / 2 && callsPerSecond > 0) {
      return { tool: `${server.binary.kind}-benchmark`, callsPerSecond };
    }
    requests *= Math.min(10, Math.ceil(roundMs / tookMs) || 10);
  }
}

function commandOf({ kind, bytes }) {
  switch (kind) {
    case 'get':
    case 'burst':
      return ['GET', `${kind}:${bytes}:0`];
    case 'set':
      return ['SET', 'set:reference', 'x'.repeat(bytes)];
    case 'incr':
      return ['INCR', 'incr:reference'];
    case 'mget':
      return ['MGET', ...Array.from({ length: MANY.mget }, (_, index) => `mget:${bytes}:${index}`)];
    case 'lrange':
      return ['LRANGE', 'lrange:0', '0', '-1'];
    case 'hgetall':
      return ['HGETALL', 'hgetall:0'];
    default:
      return undefined;
  }
}
