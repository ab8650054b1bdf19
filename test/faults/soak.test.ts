import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { KINDS } from '../../faults/soak/kinds/index.ts';
import type { SubjectReport } from '../../faults/soak/soak-run.ts';
import { soak, type SoakOptions } from '../../faults/soak/soak.ts';
import { ROOT } from '../repo/files.ts';
import { BUILD_LIMIT_MS, compileLab } from './compiled.ts';
import { childrenOf, isRunning } from './processes.ts';

const MODULE = new URL('soak-subjects.mjs', import.meta.url).href;
const [RESET] = KINDS.filter(({ name }) => name === 'reset, all');
const SECOND = 1 / 60;

beforeAll(compileLab, BUILD_LIMIT_MS);

function soaked(names: readonly string[], options: Partial<SoakOptions>): Promise<readonly SubjectReport[]> {
  return soak({
    subjects: names.map((name) => ({ module: MODULE, name })),
    minutes: SECOND,
    seed: 1,
    roundMs: 500,
    ...options,
  });
}

test('both ways to share connections hold through some seconds of all kinds of faults', async () => {
  const reports = await soaked(['redis-shared', 'redis-pooled'], { minutes: 4 * SECOND });
  for (const { broken, faults, rounds, roundsHeld, calls, entries, closedAfterMs } of reports) {
    expect(broken).toEqual([]);
    expect(faults.map(({ survived }) => survived)).toEqual(faults.map(({ times }) => times));
    expect(faults.length).toBeGreaterThan(0);
    expect(roundsHeld).toBe(rounds);
    expect(calls.confirmed).toBeGreaterThan(0);
    expect(entries).toBeGreaterThan(0);
    expect(closedAfterMs).toBeDefined();
  }
});

test.for([
  ['repeats writes', [/ledger soak:\d+:ledger: \d+-\d+ is stored 2 times/]],
  [
    'keeps listeners and sockets',
    [
      /\d+ listeners are left on a signal of calls that have settled/,
      /left behind: TCP sockets: \d+, which is \d+ more than at the beginning/,
      /left behind: listeners of abort on the lasting signal/,
      /left behind: a timer is set/,
      /\d+ sockets are open though it was closed/,
    ],
  ],
  ['rejects unhandled', [/it would have ended the process: unhandledRejection: Error: nobody looks/]],
  ['exits', [/it ended the process: exit code 3/]],
] as const)('a client that %s is found', async ([name, sentences]) => {
  const [report] = await soaked([name], { kinds: [RESET!] });
  for (const sentence of sentences) expect(report!.broken).toContainEqual(expect.stringMatching(sentence));
  expect(report!.faults.some(({ times, survived }) => survived < times)).toBe(true);
});

test('a subject that cannot be loaded is reported', async () => {
  const [report] = await soaked(['nobody'], {});
  expect(report).toMatchObject({ name: 'nobody', about: undefined, rounds: 0 });
  expect(report!.broken).toEqual([expect.stringMatching(/^There is no subject nobody in /)]);
});

test.for([
  ['SIGINT', 130],
  ['SIGKILL', null],
] as const)('after %s no process is left', async ([signal, code]) => {
  const soaking = spawn(process.execPath, ['build/faults/soak/main.js', '--seed', '1'], {
    cwd: ROOT,
    stdio: 'ignore',
  });
  onTestFinished(() => void soaking.kill('SIGKILL'));
  // Its two processes, a server for each, and what sees to their end.
  let processes: readonly number[] = [];
  while (processes.length < 6) {
    await wait(50);
    processes = childrenOf(soaking.pid!);
  }
  const exited = once(soaking, 'exit');
  soaking.kill(signal);
  expect((await exited)[0]).toBe(code);
  while (processes.some(isRunning)) await wait(10);
});
