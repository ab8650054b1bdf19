import { Buffer } from 'node:buffer';
import type { MonitoredCommand } from './monitor-events.ts';

/** `1339518083.107412 [0 127.0.0.1:60866] "keys" "*"`; an address of IPv6 has brackets of its own. */
const LINE = /^(\d+)\.(\d{6}) \[(\d+) (.+?)\] (?=")/s;

const ESCAPED: ReadonlyMap<string, number> = new Map([
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['a', 0x07],
  ['b', 0x08],
]);

/** Whether the server says with it what it was asked. */
export function isMonitorLine(text: string): boolean {
  return LINE.test(text);
}

/** What a line says, for which {@link isMonitorLine} holds. */
export function readLine(line: string, buffers: boolean): MonitoredCommand<string | Buffer> {
  const [head, seconds, micros, database, client] = LINE.exec(line)!;
  const words = wordsIn(line, head.length);
  return {
    type: 'command',
    time: Number(seconds) * 1_000 + Number(micros) / 1_000,
    database: Number(database),
    client: client!,
    command: buffers ? words : words.map(String),
  };
}

/** The quoted words of a line. Bytes that are not printable are escaped in them, as in strings of C. */
function wordsIn(line: string, from: number): Buffer[] {
  const words: Buffer[] = [];
  for (let at = from; line[at] === '"'; at += 1) {
    const word = Buffer.allocUnsafe(line.length - at);
    let length = 0;
    for (at += 1; at < line.length && line[at] !== '"'; at += 1) {
      if (line[at] !== '\\') {
        word[length++] = line.charCodeAt(at);
        continue;
      }
      at += 1;
      const letter = line[at] ?? '';
      if (letter === 'x') {
        word[length++] = Number.parseInt(line.slice(at + 1, at + 3), 16);
        at += 2;
      } else {
        word[length++] = ESCAPED.get(letter) ?? line.charCodeAt(at);
      }
    }
    // Of its own, so that it does not keep the memory of a long line.
    words.push(Buffer.from(word.subarray(0, length)));
    at += 1;
  }
  return words;
}
