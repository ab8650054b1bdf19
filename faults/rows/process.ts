import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { LostOwner } from '../lost-owner.ts';
import type { Row } from '../row.ts';
import type { Tempo } from '../tempo.ts';
import { noneFailed } from './strike.ts';

/** Longer than calls may take, and than a peer may be silent. */
const blockedMs = ({ limits, holdMs }: Tempo): number => Math.max(holdMs, (limits?.timeoutMs ?? 5_000) * 1.2);

/** Past the proxy, which is in this process: what a fault does to the process would be done to it as well. */
const straight: Row['access'] = ({ server, dials }) => {
  dials.watch(server.port);
  return { endpoints: [{ host: '127.0.0.1', port: server.port }] };
};

/**
 * Lets this process open nothing more; what is open stays so. What takes that back is started before, for nothing can be
 * started then; it is done too when this process ends.
 */
async function exhaustDescriptors(): Promise<() => Promise<void>> {
  const limit = (count: string): string => `prlimit --pid ${process.pid} --nofile=${count}:`;
  const before = /Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  if (before === undefined) throw new Error('The system does not say how many files may be open.');
  // Numbers from the limit on are not given out: everything that is open has the lower ones, or is above them.
  const script = `read begin; ${limit('3')}; echo done; read end; ${limit(before)}; echo done`;
  const shell = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const step = async (): Promise<void> => {
    shell.stdin.write('\n');
    await once(shell.stdout, 'data');
  };
  await step();
  return step;
}

/** Calls that were with the server are answered. Those that waited for a connection for longer than they could are late. */
function noneLate(most: number): NonNullable<Row['expect']> {
  return ({ history }) => {
    const { unknown } = history.summary();
    return unknown > most ? [`${unknown} calls were called late though their replies had come`] : [];
  };
}

/** What happens to the process of the client, and what its callers do. */
export const inProcess: readonly Row[] = [
  {
    name: 'callers leave',
    fault: 'cancel or timeout at every await point',
    injected: 'half of the calls are given up by a signal or a limit of a few ms, at any point of their way',
    besides: 'connections stay clean, or are closed',
    habit: 'leaving',
    obstacle: ({ leaves }) => (leaves ? undefined : 'its calls cannot be given up'),
    holdMs: ({ holdMs }) => holdMs,
    inject: () => ({}),
  },
  {
    name: 'no descriptors',
    fault: 'fd exhaustion (EMFILE)',
    injected:
      'SIGKILL to the server while this process may open nothing more (prlimit); later it may, and the server is back',
    connection: 'given up',
    obstacle: () => {
      if (process.platform !== 'linux') return 'limits of a process that runs can be changed on Linux only';
      return spawnSync('prlimit', ['--version']).status === 0
        ? undefined
        : 'there is no prlimit on this machine';
    },
    inject: async ({ server }) => {
      const allow = await exhaustDescriptors();
      await server.kill();
      return {
        end: async () => {
          await allow();
          await server.restart();
        },
      };
    },
  },
  {
    name: 'event loop blocked',
    fault: 'event loop blocked',
    injected: 'this process does nothing for longer than calls may take',
    besides: 'what has arrived meanwhile is read before anyone is called late or silent',
    connection: 'kept',
    access: straight,
    blockedMs,
    inject: ({ tempo }) => {
      const until = performance.now() + blockedMs(tempo);
      while (performance.now() < until);
      return {};
    },
    expect: noneLate(0),
  },
  {
    name: 'process frozen and thawed',
    fault: 'freeze/thaw',
    injected: 'SIGSTOP to the process of the client, later SIGCONT',
    besides: 'what has arrived meanwhile is read before anyone is called late: no mass of false timeouts',
    access: straight,
    obstacle: () => (process.platform === 'win32' ? 'this system has no SIGSTOP' : undefined),
    blockedMs,
    inject: async ({ tempo }) => {
      const script = `kill -STOP ${process.pid}; sleep ${blockedMs(tempo) / 1_000}; kill -CONT ${process.pid}`;
      await once(spawn('/bin/sh', ['-c', script], { stdio: 'ignore' }), 'exit');
      return {};
    },
    // It can stop between two steps of handing a call over, which is late then.
    expect: noneLate(2),
  },
  {
    name: 'owner terminated',
    fault: 'worker killed mid-call',
    injected: 'a thread that has a client of its own is terminated while it asks',
    besides: 'its sockets are closed, and the client of this thread does not notice',
    isUnnoticed: true,
    obstacle: ({ module }) => {
      if (module === undefined) return 'it cannot be made again in another thread';
      return module.endsWith('.ts') ? 'another thread needs what is built' : undefined;
    },
    inject: async ({ subject, tempo, system, server }) => {
      const before = await system.sessions(server);
      const workerData: LostOwner = {
        module: subject.module!,
        name: subject.name,
        tempo: tempo.name,
        access: { endpoints: [{ host: '127.0.0.1', port: server.port }] },
      };
      const owner = new Worker(new URL('../lost-owner.js', import.meta.url), { workerData });
      await once(owner, 'message');
      const during = await system.sessions(server);
      await owner.terminate();
      return {
        expect: async () => {
          if (during <= before) return ['the other thread had no session, so that nothing was shown'];
          const left = await system.sessions(server);
          return left > before ? [`${left - before} sessions are left of a thread that has ended`] : [];
        },
      };
    },
    expect: noneFailed,
  },
  {
    name: 'clock moved',
    fault: 'clock jump',
    injected: 'the clock of the machine is set an hour forwards, and back',
    obstacle: () =>
      'the clock of a machine is not to be moved for a test; the library reads none that can be set ' +
      '(test/repo/tidy.test.ts), and jumps of the other one are part of the simulation',
    inject: () => ({}),
  },
  {
    name: 'module reloaded',
    fault: 'module reloaded (HMR)',
    injected: 'the module that has the client is loaded anew under load',
    obstacle: () =>
      'a module that is loaded anew has no part in what the old one has begun; it is for its owner to close that',
    inject: () => ({}),
  },
];
