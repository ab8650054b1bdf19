import { numberOf, upperWordOf, type RedisArgument } from './argument-text.ts';
import type { Waiting } from './command-table.ts';

/**
 * How long a command waits on the server, in milliseconds: 0 when it does not, `Infinity` when it waits for ever. What is
 * no duration is the server's to refuse, which it does at once.
 */
export function blockingMs(waiting: Waiting | undefined, args: readonly RedisArgument[]): number {
  if (waiting === undefined) return 0;
  const position = positionOf(waiting.at, args);
  const duration = position === undefined ? NaN : numberOf(args[position]);
  if (duration === 0) return Infinity;
  return duration > 0 && duration < Infinity ? duration * waiting.unitMs : 0;
}

/**
 * Where XREAD or XREADGROUP has the option BLOCK; `undefined` where it has none. What follows GROUP, COUNT or STREAMS is
 * no option, whatever its name.
 */
export function blockOptionAt(args: readonly RedisArgument[]): number | undefined {
  let index = 1;
  while (index < args.length) {
    switch (upperWordOf(args[index])) {
      case 'BLOCK':
        return index;
      case 'STREAMS':
        return undefined;
      case 'GROUP':
        index += 3;
        break;
      case 'COUNT':
        index += 2;
        break;
      default:
        index += 1;
    }
  }
  return undefined;
}

function positionOf(at: Waiting['at'], args: readonly RedisArgument[]): number | undefined {
  if (at === 'first') return 1;
  if (at === 'last') return args.length - 1;
  const option = blockOptionAt(args);
  return option === undefined ? undefined : option + 1;
}
