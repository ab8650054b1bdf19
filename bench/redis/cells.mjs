/**
 * @typedef {'get' | 'set' | 'incr' | 'mget' | 'lrange' | 'hgetall' | 'pipeline' | 'burst'} Kind
 *
 * @typedef {object} Cell What is measured in one go.
 * @property {string} name For example `get16:1000`.
 * @property {string} title
 * @property {Kind} kind
 * @property {number} bytes Of one value.
 * @property {number} callers Each of which asks, waits for the answer, checks it and asks again. In a burst: calls.
 * @property {number} sampleEvery A caller takes the time of each so-manieth of its calls.
 *
 * @typedef {object} Bar What Hawser is to reach, as ratio to the best of the other Node.js clients.
 * @property {number} [throughput] At least.
 * @property {number} [cpu] At most.
 * @property {boolean} [noWorse] The upper quartile of the rounds' throughput ratios reaches 1.
 * @property {boolean} [cpuNoWorse] The lower quartile of the rounds' CPU ratios reaches 1.
 */

/** Calls in one MGET and in one explicit pipeline, elements of the list, fields of the hash. */
export const MANY = { mget: 100, pipeline: 100, lrange: 1_000, hgetall: 10_000 };

const EVERYWHERE = [1, 10, 100, 1_000];

const workloads = {
  get16: { title: 'GET of 16 B', kind: 'get', bytes: 16, callers: EVERYWHERE },
  set16: { title: 'SET of 16 B', kind: 'set', bytes: 16, callers: EVERYWHERE },
  incr: { title: 'INCR', kind: 'incr', bytes: 16, callers: EVERYWHERE },
  get1024: { title: 'GET of 1 KiB', kind: 'get', bytes: 1_024, callers: EVERYWHERE },
  set1024: { title: 'SET of 1 KiB', kind: 'set', bytes: 1_024, callers: EVERYWHERE },
  get102400: { title: 'GET of 100 KiB', kind: 'get', bytes: 102_400, callers: EVERYWHERE },
  set102400: { title: 'SET of 100 KiB', kind: 'set', bytes: 102_400, callers: EVERYWHERE },
  mget: { title: `MGET of ${MANY.mget} values of 16 B`, kind: 'mget', bytes: 16, callers: [10, 100] },
  lrange: { title: 'LRANGE of 1,000 elements of 16 B', kind: 'lrange', bytes: 16, callers: [10] },
  hgetall: { title: 'HGETALL of 10,000 fields', kind: 'hgetall', bytes: 16, callers: [1, 10] },
  pipe: { title: 'explicit pipeline of 100 GETs of 16 B', kind: 'pipeline', bytes: 16, callers: [1, 10] },
  burst: { title: 'GETs of 16 B started in one tick', kind: 'burst', bytes: 16, callers: [100_000] },
};

/** The most telling first: a slow machine may not come to the last ones in a minute. */
const QUICK = 'get16:1000,get16:100,pipe:1,set1024:100,mget:10,get102400:10,get16:1';

/** @returns {Cell[]} all cells of a full run, or those of a quick one */
export function plannedCells(quick) {
  return selectCells(quick ? QUICK : Object.keys(workloads).join());
}

/** @param {string} list @returns {Cell[]} */
export function selectCells(list) {
  return list.split(',').flatMap((item) => {
    const [name, callers] = item.split(':');
    const workload = Object.hasOwn(workloads, name) ? workloads[name] : undefined;
    if (workload === undefined) {
      throw new Error(`No cell "${name}". There are ${Object.keys(workloads).join(', ')}.`);
    }
    if (callers === undefined) return workload.callers.map((count) => cellOf(name, workload, count));
    const count = Number(callers);
    if (!Number.isInteger(count) || count < 1) throw new Error(`"${item}" has no number of callers.`);
    return [cellOf(name, workload, count)];
  });
}

/** @returns {Cell} */
function cellOf(name, { title, kind, bytes }, callers) {
  const plain = kind === 'get' || kind === 'set' || kind === 'incr';
  const who = callers === 1 ? '1 caller' : `${callers.toLocaleString('en')} callers`;
  return {
    name: `${name}:${callers}`,
    title: kind === 'burst' ? `${callers.toLocaleString('en')} ${title}` : `${title}, ${who}`,
    kind,
    bytes,
    callers,
    // Taking the time costs about as much as a hundredth of a round trip, and a tenth of a call among many.
    sampleEvery: plain && callers >= 100 ? 16 : plain && callers >= 10 ? 8 : 1,
  };
}

/** @param {Cell} cell @returns {Bar | undefined} */
export function barOf({ kind, bytes, callers }) {
  if (kind === 'burst') return callers === 100_000 ? { throughput: 3.5 } : undefined;
  if (kind === 'pipeline') return { throughput: 1.8 };
  if (kind === 'mget' || kind === 'lrange') return { throughput: 1.4 };
  if (kind === 'hgetall') return { throughput: 1.2 };
  if (bytes === 102_400 && (callers === 10 || callers === 100)) return { throughput: 1.1 };
  if (callers === 1 || callers === 10) return { noWorse: true };
  if (bytes === 16 && callers === 100) return { throughput: 2.7, cpu: 1 / 4 };
  if (bytes === 16 && callers === 1_000) return { throughput: 5, cpu: 1 / 8 };
  if (bytes === 1_024 && callers === 100) return { throughput: 2.5 };
  if (bytes === 1_024 && callers === 1_000) return { throughput: 3 };
  return undefined;
}
