import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Measurement One round of one client.
 * @property {number} calls
 * @property {number} elapsedMs From the first call to the last answer.
 * @property {number} cpuUs Of the client's whole process, all its threads.
 * @property {number | null} p50Ms
 * @property {number | null} p99Ms
 * @property {number} wrong Replies that were not what is stored.
 * @property {number} peakBytes Highest resident memory of the process so far.
 *
 * @typedef {Measurement & { serverCpuUs: number }} Round
 *
 * @typedef {object} CellResult
 * @property {import('./cells.mjs').Cell} cell
 * @property {Map<string, Round[]>} rounds By client; the n-th round of each is one pair.
 * @property {Map<string, Failure>} failures By client: why it has no rounds here.
 * @property {Map<string, unknown>} weights By client: what it says of itself while all callers wait; where that was asked for.
 *
 * @typedef {object} Failure
 * @property {string} why
 * @property {boolean} rejected The client works, and has rejected calls; by a time limit of its own for example.
 */

const CLIENTS = new URL('clients/', import.meta.url);
const ANSWER_WITHIN_MS = 120_000;
/** V8 optimizes for about a second of work; a shorter warm-up would measure its compiler. */
const MIN_WARM_UP_MS = 400;

/** A client's process, idle unless told to do something. */
class Worker {
  #process;
  #errors = '';

  constructor(client, cell, url, profileFolder) {
    const profiling = profileFolder && client.executable === undefined;
    this.#process = fork(
      fileURLToPath(new URL('worker.mjs', import.meta.url)),
      [new URL(client.module, CLIENTS).href, JSON.stringify(client.settings), url, JSON.stringify(cell)],
      {
        execArgv: profiling
          ? ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`, `--cpu-prof-name=${fileNameOf(client, cell)}`]
          : [],
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        ...(client.executable === undefined ? {} : { execPath: client.executable }),
      },
    );
    this.#process.stderr.setEncoding('utf8').on('data', (text) => (this.#errors += text));
    // A spawn that fails is told by the first answer that does not come.
    this.#process.on('error', (error) => (this.#errors += error.message));
  }

  /** Resolves when the client is connected. */
  connected() {
    return this.#answer();
  }

  tell(order, details = {}) {
    if (!this.#process.connected) throw new Error(`The process has ended. ${this.#errors}`);
    this.#process.send({ order, ...details });
    return this.#answer();
  }

  /** Lets the process close its client and end by itself; ends it when it does not. */
  async end() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 2_000);
    if (this.#process.connected) this.#process.send({ order: 'close' });
    else this.#process.kill('SIGKILL');
    await exited.catch(() => undefined);
    clearTimeout(timer);
  }

  async #answer() {
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), ANSWER_WITHIN_MS);
    const { signal } = over;
    try {
      const [message] = await Promise.race([
        once(this.#process, 'message', { signal }),
        once(this.#process, 'exit', { signal }).then(() => [
          { failure: `The process ended. ${this.#errors}` },
        ]),
      ]);
      if (message.failure !== undefined) {
        throw Object.assign(new Error(message.failure), { rejected: message.rejected });
      }
      return message.result;
    } catch (error) {
      throw error.name === 'AbortError' ? new Error('It did not answer in time.') : error;
    } finally {
      clearTimeout(timer);
      over.abort();
    }
  }
}

/**
 * Measures one cell: all clients are connected, and work one at a time, in another order each round.
 *
 * @param {import('./cells.mjs').Cell} cell
 * @param {import('./options.mjs').Options} options
 * @param {import('../../dist/testing/index.js').RedisServer} server
 * @returns {Promise<CellResult>}
 */
export async function measureCell(cell, { clients, rounds, roundMs, profileFolder, weigh = false }, server) {
  await server.inspect(['FLUSHALL'], { timeoutMs: 10_000 });
  /** @type {CellResult} */
  const result = { cell, rounds: new Map(), failures: new Map(), weights: new Map() };
  const workers = new Map();
  const attempt = async (client, work) => {
    try {
      await work(workers.get(client));
    } catch (error) {
      result.failures.set(client.name, { why: error.message, rejected: error.rejected === true });
      result.rounds.delete(client.name);
      await workers.get(client).end();
      workers.delete(client);
    }
  };
  try {
    for (const client of clients) {
      workers.set(client, new Worker(client, cell, server.url, profileFolder));
      result.rounds.set(client.name, []);
    }
    for (const client of clients) await attempt(client, (worker) => worker.connected());
    for (const client of workers.keys()) {
      await attempt(client, (worker) => worker.tell('prepare'));
    }
    for (const client of workers.keys()) {
      await attempt(client, (worker) =>
        worker.tell('run', { roundMs: Math.max(4 * roundMs, MIN_WARM_UP_MS) }),
      );
    }
    for (let round = 0; round < rounds; round++) {
      for (const client of orderOf(round, [...workers.keys()])) {
        await attempt(client, async (worker) => {
          result.rounds.get(client.name).push(await runRound(worker, roundMs, server));
        });
      }
    }
    for (const client of weigh ? workers.keys() : []) {
      await attempt(client, async (worker) => {
        result.weights.set(client.name, await worker.tell('weigh'));
      });
    }
  } finally {
    await Promise.all([...workers.values()].map((worker) => worker.end()));
  }
  return result;
}

/** @returns {Promise<Round>} */
async function runRound(worker, roundMs, server) {
  const serverBefore = await serverCpuUs(server);
  const measured = await worker.tell('run', { roundMs });
  const serverAfter = await serverCpuUs(server);
  const wrong = measured.wrong + (await worker.tell('verify'));
  return { ...measured, wrong, serverCpuUs: serverAfter - serverBefore };
}

async function serverCpuUs(server) {
  const info = await server.inspect(['INFO', 'cpu']);
  const of = (name) => Number(new RegExp(`^used_cpu_${name}:([0-9.]+)`, 'm').exec(info)?.[1]);
  return (of('user') + of('sys')) * 1e6;
}

/** Each round begins with the next client, every second one goes backwards: nobody always follows the same one. */
function orderOf(round, clients) {
  const start = round % clients.length;
  const rotated = [...clients.slice(start), ...clients.slice(0, start)];
  return round % 2 === 0 ? rotated : rotated.toReversed();
}

function fileNameOf(client, cell) {
  return `${client.name}-${cell.name.replace(':', '-')}.cpuprofile`;
}
