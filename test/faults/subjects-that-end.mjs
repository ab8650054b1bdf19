// Clients that end the process that they are in, or block it: for the tests of what sees to such processes.
import { writeFileSync } from 'node:fs';
import { sharedRedis } from '../../build/faults/subjects/hawser-redis.js';

/** @param {import('../../faults/tempo.ts').Tempo} tempo */
export function subjects(tempo) {
  const well = sharedRedis(tempo);
  let opened = 0;
  /** Each row opens a client twice. */
  const isSecondRow = () => (opened += 1) === 3;
  return [
    { ...well, name: 'exits', open: (access) => (isSecondRow() ? process.exit(7) : well.open(access)) },
    { ...well, name: 'is killed', open: kill },
    { ...well, name: 'prints and aborts', open: abort },
    { ...well, name: 'blocks', open: block },
    { ...well, name: 'ends badly', open: (access) => ((process.exitCode = 5), well.open(access)) },
  ];
}

function kill() {
  process.kill(process.pid, 'SIGKILL');
  block();
}

function abort() {
  console.error('last words');
  process.exit(9);
}

/** Says first who it is, for those who want to see it ended. */
function block() {
  const { PID_FILE } = process.env;
  if (PID_FILE !== undefined) writeFileSync(PID_FILE, `${process.pid}`);
  for (;;);
}
