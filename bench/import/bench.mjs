import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CLIENTS, PACKED } from './clients.mjs';

const ROUNDS = 15;
const COMPILES = 5;
const WORKER = fileURLToPath(new URL('worker.mjs', import.meta.url));
const BUNDLE = fileURLToPath(new URL('../../scripts/bundle.mjs', import.meta.url));
const COMPILER = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
// Within node_modules, so that the other clients are found from there, and nothing looks at it besides.
const MODULES = fileURLToPath(new URL('../node_modules', import.meta.url));

/** Prints what it costs to import each client, and to compile a small program that does. @returns {number} the exit code */
export function benchImport() {
  run([BUNDLE, PACKED]);
  // As the package's own does: else Node.js compiles each file twice to find out that it is a module.
  writeFileSync(join(PACKED, 'package.json'), JSON.stringify({ type: 'module' }));
  console.log(
    `Node.js ${process.version}, ${cpus()[0]?.model ?? 'an unknown processor'}, ${cpus().length} of them\n`,
  );
  printImports();
  printCompiles();
  return 0;
}

function printImports() {
  const rounds = inTurns(ROUNDS, ({ module }) => JSON.parse(run([WORKER, module])));
  const starts = rounds.flatMap(([, each]) => each.map(({ startMs }) => startMs));
  console.log(`Until it imports anything, a process has taken ${median(starts).toFixed(0)} ms of CPU.\n`);
  console.log('| import | CPU, ms | wall, ms | least CPU, ms |\n| --- | --- | --- | --- |');
  for (const [{ name }, each] of rounds) {
    const cpu = each.map(({ cpuMs }) => cpuMs);
    const wall = median(each.map(({ wallMs }) => wallMs));
    console.log(
      `| ${name} | ${median(cpu).toFixed(1)} | ${wall.toFixed(1)} | ${Math.min(...cpu).toFixed(1)} |`,
    );
  }
}

function printCompiles() {
  const folder = mkdtempSync(join(MODULES, '.import-'));
  try {
    const rounds = inTurns(COMPILES, (client) => compile(folder, client));
    console.log(
      '\n| types | check, s | all, s | files | types | instantiations |\n| --- | --- | --- | --- | --- | --- |',
    );
    for (const [{ name }, each] of rounds) {
      const seconds = (/** @type {string} */ row) => median(each.map((found) => found[row])).toFixed(2);
      const { Files, Types, Instantiations } = each[0];
      const cells = [name, seconds('Check time'), seconds('Total time'), Files, Types, Instantiations];
      console.log(`| ${cells.join(' | ')} |`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Clients in turn, so that all meet about the same machine. The first round is left out: it fills the caches of the disk. */
function inTurns(rounds, measure) {
  const measured = CLIENTS.map((client) => [client, []]);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [client, each] of measured) {
      const figures = measure(client);
      if (round > 0) each.push(figures);
    }
  }
  return measured;
}

/** What the compiler says of a client's program: its rows by their names. */
function compile(folder, { program }) {
  const file = join(folder, 'program.mts');
  writeFileSync(file, program);
  const options = '--noEmit --strict --skipLibCheck --module nodenext --target es2022 --ignoreConfig';
  const types = ['--types', 'node', '--typeRoots', join(MODULES, '../../node_modules/@types')];
  const printed = run([COMPILER, '--extendedDiagnostics', ...options.split(' '), ...types, file]);
  const rows = printed.matchAll(/^(?<name>[A-Z][\w ]+):\s+(?<value>[\d.]+)/gm);
  return Object.fromEntries([...rows].map(({ groups }) => [groups.name, Number(groups.value)]));
}

function run(command) {
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command.join(' ')} failed:\n${stdout}${stderr}`);
  return stdout;
}

function median(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}
