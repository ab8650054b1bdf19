import {
  VirtualClock,
  SimulatedNetwork,
  type DialAnswer,
  type SimulatedNetworkOptions,
} from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import type { HawserError } from '../../src/core/index.ts';
import { ENDPOINT, connect } from '../support/simulated-network-fixture.ts';

const NOT_LONG_AGO = new Error('no HawserError') as HawserError;

describe('what makes no sense is refused, with what was expected and what came', () => {
  test.each<[Omit<SimulatedNetworkOptions, 'clock'>, string]>([
    [{ connectMs: -1 }, 'network: connectMs is from 0 to 1073741824, not -1'],
    [{ connectMs: Number.NaN }, 'network: connectMs is from 0 to 1073741824, not NaN'],
    [{ connectMs: '5' as unknown as number }, 'network: connectMs is from 0 to 1073741824, not 5'],
    [{ kernelBufferBytes: 0 }, 'network: kernelBufferBytes is from 1 to 9007199254740991, not 0'],
    [{ kernelBufferBytes: 1.5 }, 'network: kernelBufferBytes is a whole number, not 1.5'],
    [
      { toServer: { latencyMs: Infinity } },
      'network: toServer.latencyMs is from 0 to 1073741824, not Infinity',
    ],
    [{ toClient: { jitterMs: 0.5 } }, 'network: toClient.jitterMs is a whole number, not 0.5'],
    [
      { toClient: { slicing: 'halves' as 'whole' } },
      'network: toClient.slicing is one of whole, random, each-byte, not halves',
    ],
    [{ seed: 0.5 }, 'A seed is a safe integer, not 0.5.'],
  ])('options %j', (options, message) => {
    const make = (): SimulatedNetwork => new SimulatedNetwork({ clock: new VirtualClock(), ...options });
    expect(make).toThrow(new RangeError(message));
  });

  test.each<[DialAnswer, string]>([
    [{ kind: 'deny' as 'refuse' }, 'is one of accept, accept-late, refuse, blackhole, fail, not deny'],
    [{ kind: 'accept', afterMs: -1 }, 'accept: afterMs is from 0 to 1073741824, not -1'],
    [{ kind: 'accept-late' } as DialAnswer, 'accept-late: afterMs is from 0 to 1073741824, not undefined'],
    [{ kind: 'fail', error: NOT_LONG_AGO }, 'fail: error is a HawserError, as dials reject with'],
  ])('an answer to dials: %j', (answer, message) => {
    const network = new SimulatedNetwork({ clock: new VirtualClock() });
    expect(() => network.answerDials(ENDPOINT, answer)).toThrow(message);
    expect(() => network.scriptDials(ENDPOINT, [{ kind: 'accept' }, answer])).toThrow(message);
  });

  test('an endpoint', () => {
    const network = new SimulatedNetwork({ clock: new VirtualClock() });
    const wrong = ['redis:6379', { host: 'redis' }, { path: '' }, { host: '', port: 1 }];
    for (const endpoint of wrong as unknown as (typeof ENDPOINT)[]) {
      const message = `an endpoint is { host, port } or { path }, not ${JSON.stringify(endpoint)}`;
      expect(() => network.listen(endpoint, () => {})).toThrow(new TypeError(message));
    }
    expect(() => network.listen(ENDPOINT, undefined as unknown as () => void)).toThrow(
      'listen(redis.test:6379): expected a function that accepts',
    );
  });

  test('a cut, and an answer to TLS', async () => {
    const { peer } = await connect();
    const cut = (changes: object) => () => peer.cut({ direction: 'to-client', ...changes });
    expect(cut({ direction: 'both' })).toThrow('cut: direction is to-server or to-client, not both');
    expect(cut({ how: 'softly' })).toThrow('cut: how is reset or silence, not softly');
    expect(cut({ afterBytes: -1 })).toThrow('cut: afterBytes is from 0');
    const refuse = { kind: 'refuse' } as unknown as { kind: 'accept' };
    expect(() => peer.answerTls(refuse)).toThrow('is one of accept, blackhole, fail, not refuse');
  });
});
