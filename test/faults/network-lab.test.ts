import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { NetworkLab } from '../../faults/network/network-lab.ts';
import { networkStage, openLab, skipUnlessPossible } from './network-stage.ts';

const run = promisify(execFile);
const PATIENCE_MS = 10_000;

/** Holds the lab as JavaScript, for processes of its own: Node itself runs no TypeScript in the versions that are supported. */
let compiled = '';

beforeAll(async () => {
  compiled = await mkdtemp(join(tmpdir(), 'hawser-test-'));
  const options =
    '--ignoreConfig --module nodenext --target es2022 --lib es2023,esnext.disposable --types node --skipLibCheck --rewriteRelativeImportExtensions';
  const compiler = resolve('node_modules/typescript/bin/tsc');
  const source = 'faults/network/network-lab.ts';
  await run(process.execPath, [compiler, ...options.split(' '), '--outDir', compiled, source]);
  await writeFile(join(compiled, 'package.json'), '{ "type": "module" }');
}, 60_000);

afterAll(() => rm(compiled, { recursive: true }));

/** A script beside the compiled lab. */
async function script(name: string, code: string): Promise<string> {
  const path = join(compiled, `${name}.mjs`);
  await writeFile(path, `import { NetworkLab } from './network-lab.js';\n${code}`);
  return path;
}

/** A `PATH` on which a tool is another one, of shell. */
async function pathWith(tool: string, code: string): Promise<string> {
  const directory = await mkdtemp(join(compiled, 'tools-'));
  await writeFile(join(directory, tool), `#!/bin/sh\n${code}\n`, { mode: 0o755 });
  return `${directory}:${process.env['PATH']}`;
}

/** Names each process of the lab, its holders too, by its id and when it was started, for ids are used again. */
const TELL = `
  import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
  const lab = await NetworkLab.open();
  function processes() {
    const found = readdirSync('/proc').filter((entry) => /^\\d+$/.test(entry)).flatMap((pid) => {
      try {
        const about = readFileSync('/proc/' + pid + '/stat', 'utf8').replace(/.*\\) /, '').split(' ');
        return [{ name: pid + ' ' + about[19], parent: Number(about[1]), space: readlinkSync('/proc/' + pid + '/ns/net') }];
      } catch {
        return [];
      }
    });
    const own = readlinkSync('/proc/self/ns/net');
    const holders = found.filter(({ parent, space }) => parent === process.pid && space !== own);
    const spaces = new Set(holders.map(({ space }) => space));
    return found.filter(({ space }) => spaces.has(space)).map(({ name }) => name).join();
  }`;

/** Runs a script until it ends. Resolves to the processes that it has named. */
async function namedBy(path: string): Promise<string[]> {
  const opener = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  opener.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(opener, 'close');
  return output.split(',');
}

/** Whether a process runs that was named so; one whose exit code nobody has collected yet does not. */
function isRunning(name: string): boolean {
  const [pid, startedAt] = name.split(' ');
  try {
    const about = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /, '').split(' ');
    return about[19] === startedAt && about[0] !== 'Z';
  } catch {
    return false;
  }
}

async function expectEndOf(processes: readonly string[]): Promise<void> {
  await vi.waitFor(() => expect(processes.filter(isRunning)).toEqual([]), PATIENCE_MS);
}

describe('a lab and its processes', () => {
  const stage = networkStage();

  test('has no network but its own on either side', async (context) => {
    const lab = await openLab(context);
    const [command, ...args] = lab.client.launcher as [string, ...string[]];
    const { stdout } = await run(command, [...args, 'ip', '-brief', 'link']);
    const links = stdout
      .trim()
      .split('\n')
      .map((line) => /^\w+/.exec(line)?.[0]);
    expect(links).toEqual(['lo', 'link0']);
    expect(Object.keys(networkInterfaces()).filter((name) => /^(?:to-|link0)/.test(name))).toEqual([]);
  });

  test('stays as it is while another one has the same fault', async (context) => {
    const other = await openLab(context);
    await other.add({ kind: 'drop', direction: 'both' });
    const open = stage().dial();
    expect(await open.dialled).toBe('connected');
    await other.close();
    expect(await open.ask()).toBe('answered');
  });

  test('is changed by a process that it has started, which takes back what it did', async () => {
    const path = await script(
      'joins',
      `const lab = NetworkLab.join();
      await lab.add({ kind: 'unreachable' });
      process.send('added');
      process.once('message', async () => {
        await lab.close();
        process.send('taken back');
      });`,
    );
    const joined = stage().lab.client.fork(path);
    await once(joined, 'message');
    expect(await stage().dial().dialled).toBe('EHOSTUNREACH');
    joined.send('close');
    await once(joined, 'message');
    expect(await stage().dial().dialled).toBe('connected');
  });

  test('refuses faults that overlap, and numbers that make no sense', async (context) => {
    const lab = await openLab(context);
    const remove = await lab.add({ kind: 'drop', direction: 'to-client' });
    await expect(lab.add({ kind: 'drop', direction: 'both' })).rejects.toThrow(
      'about this too: IPv4 to-client',
    );
    await lab.add({ kind: 'drop', direction: 'to-server', family: 6 });
    await lab.add({ kind: 'moved' });
    await expect(lab.add({ kind: 'unplugged', side: 'server' })).rejects.toThrow('the link of the server');
    await remove();
    await remove();
    await lab.clear();
    await lab.add({ kind: 'drop', direction: 'both' });
    for (const share of [0, 1.1, Number.NaN]) {
      await expect(lab.add({ kind: 'loss', direction: 'both', share })).rejects.toThrow(RangeError);
    }
    for (const ports of [0, 1_001, 1.5]) {
      await expect(lab.add({ kind: 'few-ports', ports })).rejects.toThrow(RangeError);
    }
  });

  test('cleared while a fault is being added, has none', async (context) => {
    await skipUnlessPossible(context, 'loss');
    const lab = await openLab(context);
    const added = lab.add({ kind: 'loss', direction: 'both', share: 1 });
    await lab.clear();
    await added;
    await lab.add({ kind: 'loss', direction: 'both', share: 1 });
  });
});

describe('nothing of a lab is left behind', () => {
  test.for([
    ['exits and forgets to close it', 'process.exit(0)'],
    ['has nothing more to do', ''],
    ['throws', "throw new Error('crash')"],
  ] as const)('when the process that opened it %s', async ([what, ending], context) => {
    await openLab(context);
    const code = `${TELL} process.stdout.write(processes(), () => { ${ending} });`;
    const path = await script(what.replaceAll(' ', '-'), code);
    const processes = await namedBy(path);
    expect(processes).toHaveLength(3);
    await expectEndOf(processes);
  });

  test.for([
    ['closed', 'await lab.close(); process.exit()'],
    ['lost with the process that opened it', "process.kill(process.pid, 'SIGKILL')"],
  ] as const)(
    'when it is %s: processes are ended, and what they leave has a moment to clean up',
    async ([what, ending], context) => {
      await openLab(context);
      const directory = await mkdtemp(join(tmpdir(), 'hawser-test-'));
      context.onTestFinished(() => rm(directory, { recursive: true, force: true }));
      const guarded = await script(
        'guarded',
        `import { spawn } from 'node:child_process';
        const cleanUp = 'read -r line; sleep 0.2; rmdir "$1"';
        spawn('/bin/sh', ['-c', cleanUp, 'sh', '${directory}'], { detached: true, stdio: 'pipe' });
        spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
        process.send('there');`,
      );
      const code = `${TELL}
        lab.server.fork('${guarded}').once('message', () => {
          process.stdout.write(processes(), async () => { ${ending} });
        });`;
      const processes = await namedBy(await script(what.replaceAll(' ', '-'), code));
      // The three holders, the one that was started, and its two.
      expect(processes).toHaveLength(6);
      await expectEndOf(processes);
      expect(existsSync(directory)).toBe(false);
    },
  );
});

test('a process that no lab has started joins none', () => {
  expect(() => NetworkLab.join()).toThrow('No lab has started this process.');
});

test('a process that is not even on its side yet is ended with the lab', async (context) => {
  const lab = await openLab(context);
  const env = { ...process.env, PATH: await pathWith('nsenter', 'exec sleep 1000') };
  const started = lab.client.fork('never-run.mjs', [], { env });
  const ended = once(started, 'exit');
  await lab.close();
  expect(await ended).toEqual([null, 'SIGKILL']);
});

describe('a machine that allows no lab says why', () => {
  test('without the tools', async (context) => {
    if (process.platform !== 'linux') context.skip('it is not Linux, and says so');
    vi.stubEnv('PATH', '');
    context.onTestFinished(() => void vi.unstubAllEnvs());
    expect(await NetworkLab.obstacle()).toBe(
      'There is no unshare on the PATH, a tool of util-linux or iproute2.',
    );
  });

  test('where the system ends no connections, for the fault that takes it', async (context) => {
    await openLab(context);
    vi.stubEnv('PATH', await pathWith('ss', 'exit 0'));
    context.onTestFinished(() => void vi.unstubAllEnvs());
    expect(await NetworkLab.obstacle('abort')).toContain('ss ends no connections');
    expect(await NetworkLab.obstacle('drop')).toBeUndefined();
  });

  test('where namespaces are forbidden', async (context) => {
    await openLab(context);
    const path = await script('asks', 'process.stdout.write(String(await NetworkLab.obstacle()));');
    const forbid = `echo 0 >/proc/sys/user/max_net_namespaces; exec "$0" "$1"`;
    const inside = ['--user', '--map-root-user', '/bin/sh', '-ec', forbid, process.execPath, path];
    const { stdout } = await run('unshare', inside).catch(() => context.skip('it has no user namespaces'));
    expect(stdout).toMatch(/^This machine allows no such network namespace: unshare: .*\.?$/);
  });
});
