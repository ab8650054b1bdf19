import { describe, expect, test } from 'vitest';
import { Lookup, systemResolve, type Address } from '../../src/core/lookup.ts';

const HERE: Address = { address: '127.0.0.1', family: 4 };

/** A resolver that answers when it is told to. */
function heldResolver() {
  const asked: { host: string; answer: (addresses: Address[]) => void; fail: (error: Error) => void }[] = [];
  const resolve = (host: string): Promise<Address[]> =>
    new Promise((answer, fail) => {
      asked.push({ host, answer, fail });
    });
  return { asked, resolve };
}

describe('Lookup', () => {
  test('asks once for look-ups of one host at one time, and apart for another host', async () => {
    const { asked, resolve } = heldResolver();
    const lookup = new Lookup(resolve);
    const answers = Promise.all([lookup.addresses('a'), lookup.addresses('a'), lookup.addresses('b')]);
    expect(asked.map(({ host }) => host)).toEqual(['a', 'b']);
    for (const { answer } of asked) answer([HERE]);
    expect(await answers).toEqual([[HERE], [HERE], [HERE]]);
  });

  test('asks again once a look-up has ended', async () => {
    const { asked, resolve } = heldResolver();
    const lookup = new Lookup(resolve);
    const first = lookup.addresses('a');
    asked[0]?.answer([HERE]);
    await first;
    const second = lookup.addresses('a');
    expect(asked).toHaveLength(2);
    asked[1]?.answer([]);
    expect(await second).toEqual([]);
  });

  test('tells a failure to all who share it, and asks again after it', async () => {
    const { asked, resolve } = heldResolver();
    const lookup = new Lookup(resolve);
    const both = Promise.allSettled([lookup.addresses('a'), lookup.addresses('a')]);
    asked[0]?.fail(new Error('nobody knows'));
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    lookup.addresses('a').catch(() => {});
    expect(asked).toHaveLength(2);
  });
});

describe('systemResolve', () => {
  test('finds the loopback addresses of localhost', async () => {
    const addresses = await systemResolve('localhost');
    expect(addresses.length).toBeGreaterThan(0);
    for (const { address } of addresses) expect(['127.0.0.1', '::1']).toContain(address);
  });
});
