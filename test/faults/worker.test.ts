import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { run, type SubjectResults } from '../../faults/run.ts';
import { BUILD_LIMIT_MS, compileLab } from './compiled.ts';
import { isRunning } from './processes.ts';

const MODULE = new URL('subjects-that-end.mjs', import.meta.url).href;
/** Short ones. */
const ROWS = ['reset, idle', 'reset mid-reply', 'end, idle'] as const;

beforeAll(compileLab, BUILD_LIMIT_MS);

function play(name: string, rows: readonly string[], rowMs = 20_000): Promise<readonly SubjectResults[]> {
  return run({ subjects: [{ module: MODULE, name }], rows, tempo: 'quick', seed: 1, rowMs });
}

/** What became of each row, in a few words. */
function endings([one]: readonly SubjectResults[]): string[] {
  return one!.results.map((result) => {
    const what = result.kind === 'played' ? result.broken.join('; ') : result.reason;
    return `${result.kind}: ${what}`;
  });
}

test('a client that ends its process in the midst of a row: that is the result, and the next row is played', async () => {
  expect(endings(await play('exits', ROWS))).toEqual([
    'played: ',
    'cut short: it ended the process: exit code 7',
    'played: ',
  ]);
});

test('a client whose process is killed', async () => {
  expect(endings(await play('is killed', [ROWS[0]]))).toEqual(['cut short: it ended the process: SIGKILL']);
});

test('what the process printed last is told', async () => {
  expect(endings(await play('prints and aborts', [ROWS[0]]))).toEqual([
    'cut short: it ended the process: exit code 9, behind the words: last words',
  ]);
});

test('a client that blocks its process is ended, and that is the result', async () => {
  expect(endings(await play('blocks', [ROWS[0]], 1_000))).toEqual(['cut short: it hung for 1 s']);
});

test('a process that does not end in order when all rows are over is a finding about the last one', async () => {
  expect(endings(await play('ends badly', [ROWS[0]]))).toEqual([
    'played: when it was over, it ended the process: exit code 5',
  ]);
});

test('a subject that there is not is no result: the run fails', async () => {
  await expect(play('nobody', [ROWS[0]])).rejects.toThrow(
    /nobody cannot be tried: There is no subject nobody/,
  );
});

test('a blocked process ends when its parent is killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-worker-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'pid');
  const script = `
    import { run } from ${JSON.stringify(new URL('../../build/faults/run.js', import.meta.url).href)};
    const subject = { module: ${JSON.stringify(MODULE)}, name: 'blocks' };
    await run({ subjects: [subject], rows: [${JSON.stringify(ROWS[0])}], tempo: 'quick', seed: 1 });
  `;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, PID_FILE: file },
    stdio: 'ignore',
  });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const pidOf = (): number => Number(readFileSync(file, 'utf8'));
  onTestFinished(() => {
    if (existsSync(file) && isRunning(pidOf())) process.kill(pidOf(), 'SIGKILL');
  });
  while (!existsSync(file) || pidOf() === 0) await wait(10);
  expect(isRunning(pidOf())).toBe(true);
  parent.kill('SIGKILL');
  while (isRunning(pidOf())) await wait(10);
});
