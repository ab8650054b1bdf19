import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { newNamespace, toolsEnvironment } from './namespace.ts';
import type { NetworkFault } from './network-fault.ts';

const run = promisify(execFile);
const PROBE_LIMIT_MS = 10_000;

/** Tools of util-linux and iproute2, and what has to work in a namespace of one's own: lines of shell. */
interface Need {
  readonly tools: readonly string[];
  readonly probe: string;
}

/** Links, rules, both families of addresses, and to pass packets on. */
const LAB: Need = {
  tools: ['unshare', 'nsenter', 'ip'],
  probe: `
ip link add probe0 type veth peer name probe1
ip -4 rule add iif probe0 blackhole
ip -6 rule add iif probe0 blackhole
ip -6 address add fd00::1/64 dev probe0
echo 1 >/proc/sys/net/ipv4/ip_forward`,
};

/** Connects to itself, has `ss` end that, and ends well when it is told. What it was told comes before the immediate. */
const CONNECTION_THAT_IS_ENDED = `
const { execFile } = require('node:child_process');
const server = require('node:net').createServer((socket) => socket.on('error', () => {}));
const judge = () => {
  console.error('ss ends no connections; the kernel may not be made for that');
  process.exit(1);
};
server.listen(0, '127.0.0.1', () => {
  const client = require('node:net').connect(server.address().port, '127.0.0.1');
  client.on('error', () => process.exit(0));
  client.on('connect', () => {
    execFile('ss', ['--kill', '--tcp', 'state', 'established'], () => setTimeout(setImmediate, 100, judge));
  });
});`;

/** What single faults need besides. */
const FAULTS: Partial<Readonly<Record<NetworkFault['kind'], Need>>> = {
  loss: {
    tools: ['tc'],
    probe: `
tc qdisc add dev lo root handle 1: htb
tc class add dev lo parent 1: classid 1:1 htb rate 1gbit
tc filter add dev lo parent 1: protocol ip bpf bytecode '1,6 0 0 0'`,
  },
  abort: {
    tools: ['ss'],
    probe: `
ip link set lo up
"$NODE" -e "$CONNECTION_THAT_IS_ENDED"`,
  },
};

/** Why this machine allows no lab, or not that fault, in a sentence; undefined when it does. */
export async function networkObstacle(kind?: NetworkFault['kind']): Promise<string | undefined> {
  if (process.platform !== 'linux') return `Network namespaces are Linux's, and this is ${process.platform}.`;
  const own = kind === undefined ? undefined : FAULTS[kind];
  for (const { tools, probe } of own === undefined ? [LAB] : [LAB, own]) {
    for (const tool of tools) {
      if (!(await isThere(tool))) return `There is no ${tool} on the PATH, a tool of util-linux or iproute2.`;
    }
    const complaint = await complaintOf(probe);
    if (complaint !== undefined) return `This machine allows no such network namespace: ${complaint}`;
  }
  return undefined;
}

async function isThere(tool: string): Promise<boolean> {
  const directories = (toolsEnvironment()['PATH'] ?? '')
    .split(delimiter)
    .filter((directory) => directory !== '');
  const found = directories.map((directory) => access(join(directory, tool), constants.X_OK));
  return Promise.any(found).then(
    () => true,
    () => false,
  );
}

/** What a machine that does not allow the probe says, on one line. */
async function complaintOf(probe: string): Promise<string | undefined> {
  const [command, ...args] = newNamespace();
  const env = { ...toolsEnvironment(), NODE: process.execPath, CONNECTION_THAT_IS_ENDED };
  try {
    await run(command, [...args, '/bin/sh', '-ec', probe], { env, timeout: PROBE_LIMIT_MS });
    return undefined;
  } catch (error) {
    const { stderr, message } = error as Error & { readonly stderr?: string };
    return (stderr?.trim() || message).replaceAll(/\s*\n\s*/g, ' ');
  }
}
