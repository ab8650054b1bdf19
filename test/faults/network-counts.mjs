import { readFileSync } from 'node:fs';

/** What the system of this side has counted. */
export function counts() {
  const four = readFileSync('/proc/net/snmp', 'utf8');
  const six = readFileSync('/proc/net/snmp6', 'utf8');
  /** @param {string} group @param {string} counter */
  const count = (group, counter) => {
    const [names = '', values = ''] = four.match(new RegExp(`^${group}: .*`, 'gm')) ?? [];
    return Number(values.split(' ')[names.split(' ').indexOf(counter)]);
  };
  /** @param {string} counter */
  const count6 = (counter) => Number(new RegExp(`^${counter}\\s+(\\d+)`, 'm').exec(six)?.[1]);
  return {
    sentAgain: count('Tcp', 'RetransSegs'),
    complaints: count('Icmp', 'InDestUnreachs') + count6('Icmp6InDestUnreachs'),
    packetsOut: count('Ip', 'OutRequests') + count6('Ip6OutRequests'),
    packetsIn: count('Ip', 'InReceives') + count6('Ip6InReceives'),
  };
}
