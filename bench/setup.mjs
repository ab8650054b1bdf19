import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));

/** Installs the other clients into bench/node_modules, unless an install of what is asked for has finished there before. */
export function installPeers() {
  const installed = changedAt('node_modules/.package-lock.json');
  if (installed !== undefined && installed >= changedAt('package-lock.json')) return;
  run(['ci'], here, 'Installing the other clients, once');
}

/** Compiles what has changed, so that the source at hand is what is measured. */
export function buildHawser() {
  run(['run', '--silent', 'build'], root, 'Building Hawser');
}

function changedAt(path) {
  return statSync(new URL(path, import.meta.url), { throwIfNoEntry: false })?.mtimeMs;
}

function run(args, directory, what) {
  console.error(`${what} (npm ${args.join(' ')}).`);
  // The standard output belongs to the results.
  const options = { cwd: directory, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' };
  const { status } = spawnSync('npm', args, options);
  if (status !== 0) throw new Error(`${what} failed: "npm ${args.join(' ')}" in ${directory}.`);
}
