import type { PlayedFault, Row } from '../row.ts';
import { hold } from './strike.ts';

/** Where the queue for a few connections stands, callers may be sent away, but with the truth. */
function noneLost(_stage: unknown, { unknown }: PlayedFault): string[] {
  return unknown > 0 ? [`${unknown} calls failed on their way, and none had to`] : [];
}

/** Networks that are slow, or deliver in odd pieces: nothing is wrong with them. */
export const network: readonly Row[] = [
  {
    name: 'latency',
    fault: 'slow network',
    injected: 'proxy: 40 ms each way, and up to 20 ms more',
    besides: 'no call fails that is under way',
    connection: 'kept',
    inject: hold({ kind: 'latency', direction: 'both', ms: 40, jitterMs: 20 }),
    expect: noneLost,
  },
  {
    name: 'narrow band',
    fault: 'slow network',
    injected: 'proxy: 50,000 bytes a second each way',
    besides: 'no false stall while bytes progress',
    connection: 'kept',
    inject: hold({ kind: 'bandwidth', direction: 'both', bytesPerSecond: 50_000 }),
    expect: noneLost,
  },
  {
    name: 'byte by byte',
    fault: '1-byte reads, split at every offset',
    injected: 'proxy: every byte by itself, in both directions',
    besides: 'no call fails that is under way',
    connection: 'kept',
    inject: hold({ kind: 'slice', direction: 'both', maxBytes: 1 }),
    expect: noneLost,
  },
  {
    name: 'random pieces',
    fault: '1-byte reads, split at every offset',
    injected: 'proxy: pieces of 1 to 7 bytes, with up to 3 ms between them',
    besides: 'no call fails that is under way',
    connection: 'kept',
    inject: hold(
      { kind: 'slice', direction: 'both', maxBytes: 7 },
      { kind: 'latency', direction: 'both', ms: 0, jitterMs: 3 },
    ),
    expect: noneLost,
  },
];
