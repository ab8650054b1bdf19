import { spawnSync } from 'node:child_process';

/** Whether a process runs. One that has ended, and that nobody has asked for yet, does not. */
export function isRunning(pid: number): boolean {
  const [state] = ask('stat=', '-p', pid);
  return state !== undefined && !state.startsWith('Z');
}

/** Those that a process has started, and that it has not asked for since they ended. */
export function childrenOf(pid: number): number[] {
  return ask('pid=', '--ppid', pid).map(Number);
}

function ask(column: string, whose: string, pid: number): string[] {
  const { stdout } = spawnSync('ps', ['-o', column, whose, `${pid}`], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
