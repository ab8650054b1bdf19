// On the client's side: dials and asks as it is told, by messages, and tells what comes of it.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

/** @type {Map<string, import('node:net').Socket>} */
const sockets = new Map();

/** @param {string} name @param {string} host */
function dial(name, host) {
  const socket = connect({ host, port: 6_379 });
  sockets.set(name, socket);
  socket.on('connect', () => process.send?.({ name, event: 'connected' }));
  socket.on('data', () => process.send?.({ name, event: 'answered' }));
  socket.on('error', (error) => {
    process.send?.({ name, event: /** @type {NodeJS.ErrnoException} */ (error).code });
  });
}

/** What this side's system has counted: segments that it sent again, and messages of networks that went wrong. */
function counts() {
  const lines = readFileSync('/proc/net/snmp', 'utf8').split('\n');
  const six = readFileSync('/proc/net/snmp6', 'utf8');
  /** @param {string} group @param {string} counter */
  const count = (group, counter) => {
    const [names = '', values = ''] = lines.filter((line) => line.startsWith(`${group}:`));
    return Number(values.split(' ')[names.split(' ').indexOf(counter)]);
  };
  return {
    sentAgain: count('Tcp', 'RetransSegs'),
    complaints: count('Icmp', 'InDestUnreachs') + Number(/^Icmp6InDestUnreachs\s+(\d+)/m.exec(six)?.[1]),
  };
}

process.on('message', (order) => {
  const { name, what, host } = /** @type {{ name: string, what: string, host: string }} */ (order);
  if (what === 'dial') dial(name, host);
  if (what === 'ask') sockets.get(name)?.write('?');
  if (what === 'count') process.send?.({ name, event: 'counted', counts: counts() });
});
process.send?.({ name: '', event: 'there' });
