import dns from 'node:dns';
import { lookup } from 'node:dns/promises';
import { expect, onTestFinished, test } from 'vitest';
import { Names } from '../../faults/names.ts';

function standIn(): Names {
  const names = new Names();
  onTestFinished(() => names[Symbol.dispose]());
  return names;
}

test('one name comes to what was said, by promise and by callback, and is unknown when that was said', async () => {
  const names = standIn();
  expect(await lookup(names.name)).toEqual({ address: '127.0.0.1', family: 4 });
  const takeBack = names.answer({ kind: 'addresses', addresses: ['::1', '127.0.0.1'] });
  const both = [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ];
  expect(await lookup(names.name, { all: true })).toEqual(both);
  const called = new Promise((resolve) => {
    dns.lookup(names.name, (_error, address, family) => resolve([address, family]));
  });
  expect(await called).toEqual(['::1', 6]);
  takeBack();
  names.answer({ kind: 'unknown' });
  await expect(lookup(names.name)).rejects.toMatchObject({ code: 'ENOTFOUND', syscall: 'getaddrinfo' });
  expect(names.count).toBe(4);
});

test('look-ups that are under way at once are counted', async () => {
  const names = standIn();
  await Promise.all([lookup(names.name), lookup(names.name)]);
  await lookup(names.name);
  expect(names.mostUnderWay).toBe(2);
});

test('other names are those of the system, and all are when it is over', async () => {
  const before = [dns.lookup, dns.promises.lookup, lookup];
  const names = new Names();
  expect((await lookup('127.0.0.1')).address).toBe('127.0.0.1');
  expect(names.count).toBe(0);
  names[Symbol.dispose]();
  expect([dns.lookup, dns.promises.lookup, lookup]).toEqual(before);
});

test('a look-up that is under way does not outlast it', async () => {
  const names = new Names();
  names.answer({ kind: 'addresses', addresses: ['127.0.0.1'], afterMs: 3_600_000 });
  const slow = lookup(names.name);
  names[Symbol.dispose]();
  expect(await slow).toEqual({ address: '127.0.0.1', family: 4 });
});
