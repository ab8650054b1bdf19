import {
  CONNECTION_OPTIONS,
  Connection,
  HawserError,
  Pipeline,
  Pool,
  connectionSource,
  pickOptions,
  pipelineSource,
  resolveOptions,
  type ConnectionOptions,
  type Protocol,
  type Request,
} from 'hawser';
import { describe, expect, test } from 'vitest';

const endpoints = [{ host: 'example.test', port: 6379 }];

/** Nobody asks it anything: what is refused begins nothing. */
const protocol = { name: 'none', correlation: 'in-order' } as unknown as Protocol<Request, unknown, never>;

const source = pipelineSource(protocol, { endpoints });

class Nothing extends Connection<undefined> {}

const OF_A_CONNECTION =
  'endpoints, tls, name, timeoutMs, connectTimeoutMs, handshakeTimeoutMs, stallAfterMs, whenDownWaitMs, maxPending, backoff, slowRetryMs';
const OF_A_POOL =
  'name, max, min, idleOrder, whenBusy, maxWaiting, timeoutMs, shedding, whenDownWaitMs, openTimeoutMs, lifetimeMs, idleTimeoutMs, checkAfterIdleMs, checkTimeoutMs, leakAfterMs, backoff, slowRetryMs';
const OF_A_BEHAVIOUR = 'name, timeoutMs, whenDisconnected, maxMailbox, maxUnanswered, backoff';

/** All that begin with options, and which there are for each. */
const BEGINNINGS: readonly [string, string, (options: object) => unknown][] = [
  ['Pipeline.start', OF_A_CONNECTION, (options) => Pipeline.start(protocol, { endpoints, ...options })],
  [
    'Pipeline.connect',
    `${OF_A_CONNECTION}, signal`,
    (options) => Pipeline.connect(protocol, { endpoints, ...options }),
  ],
  [
    'Pipeline.connectOnce',
    `${OF_A_CONNECTION}, signal`,
    (options) => Pipeline.connectOnce(protocol, { endpoints, ...options }),
  ],
  ['pipelineSource', OF_A_CONNECTION, (options) => pipelineSource(protocol, { endpoints, ...options })],
  ['Pool.start', OF_A_POOL, (options) => Pool.start(source, options)],
  ['Pool.connect', `${OF_A_POOL}, signal`, (options) => Pool.connect(source, options)],
  ['Connection.start', `${OF_A_BEHAVIOUR}, signal`, (options) => Nothing.start(undefined, options)],
  ['Connection.connect', `${OF_A_BEHAVIOUR}, signal`, (options) => Nothing.connect(undefined, options)],
  ['connectionSource', OF_A_BEHAVIOUR, (options) => connectionSource(Nothing, undefined, options)],
];

/** What the options are refused with. */
async function refusal(begin: () => unknown): Promise<HawserError> {
  try {
    await begin();
  } catch (error) {
    if (error instanceof HawserError) return error;
    throw error;
  }
  throw new Error('The options were accepted.');
}

describe.each(BEGINNINGS)('%s', (_, names, begin) => {
  test('refuses an option that there is not by its name, and says which there are', async () => {
    expect(await refusal(() => begin({ timeout: 'secret' }))).toMatchObject({
      code: 'INVALID_OPTION',
      outcome: 'not-sent',
      message: `option timeout: there is no such option; there are ${names}`,
    });
  });
});

test.each(BEGINNINGS.filter(([, names]) => !names.includes('signal')))(
  '%s takes no signal, which would do nothing',
  async (_, __, begin) => {
    const { signal } = new AbortController();
    expect(await refusal(() => begin({ signal }))).toMatchObject({
      message: expect.stringMatching(/^option signal: there is no such option; /) as string,
    });
  },
);

test.each<[string, () => unknown]>([
  ['Pipeline.start', () => Pipeline.start(protocol, null as never)],
  ['Pipeline.connect', () => Pipeline.connect(protocol, null as never)],
  ['pipelineSource', () => pipelineSource(protocol, null as never)],
  ['Pool.start', () => Pool.start(source, null as never)],
  ['Pool.connect', () => Pool.connect(source, null as never)],
  ['Connection.start', () => Nothing.start(undefined, null as never)],
  ['connectionSource', () => connectionSource(Nothing, undefined, null as never)],
])('%s refuses options that are none', async (_, begin) => {
  expect(await refusal(begin)).toMatchObject({
    code: 'INVALID_OPTION',
    message: 'option options: expected an object, got null',
  });
});

describe('a driver', () => {
  const options = { endpoints, timeoutMs: 7, database: 3 };

  test('has options of its own besides', () => {
    const names = { ...CONNECTION_OPTIONS, database: true } as const;
    expect(resolveOptions(options, names).timeoutMs).toBe(7);
    expect(() => resolveOptions({ ...options, databse: 3 } as ConnectionOptions, names)).toThrow(
      `option databse: there is no such option; there are ${OF_A_CONNECTION}, database`,
    );
  });

  test("gives the core the core's alone", () => {
    expect(pickOptions(options, CONNECTION_OPTIONS)).toStrictEqual({ endpoints, timeoutMs: 7 });
  });
});
