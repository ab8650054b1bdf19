/** The driver for Redis. @type {readonly import('./mutant.mjs').Mutant[]} */
export const REDIS_MUTANTS = [
  {
    name: 'skip-the-crlf-check-of-a-bulk',
    rule: 'P4',
    file: 'src/redis/resp-element.ts',
    find: 'if (bytes[end] !== CR || bytes[end + 1] !== LF) {',
    put: 'if (bytes[end] === undefined) {',
    tests: ['test/redis/resp-decoder.test.ts'],
  },
  {
    name: 'nest-without-a-limit',
    rule: 'P8',
    file: 'src/redis/resp-decoder.ts',
    find: 'if (depth > this.#limits.maxNesting) {',
    put: 'if (depth === Infinity) {',
    tests: ['test/redis/resp-limits.test.ts'],
  },
  {
    name: 'keep-the-decoder-of-the-old-session',
    rule: 'P4',
    file: 'src/redis/session.ts',
    find: 'open: () => new RedisSession(options),',
    put: 'open: ((session) => () => session)(new RedisSession(options)),',
    tests: ['test/facts/d-out-of-step.test.ts'],
  },
  {
    name: 'send-bytes-that-have-changed-their-length',
    rule: 'P4',
    file: 'src/redis/session.ts',
    find: 'if (bytesOf(data) !== request.bytes) {',
    put: 'if (bytesOf(data) === undefined) {',
    tests: ['test/review/changed-bytes.test.ts'],
  },
  {
    name: 'leave-watched-keys-to-the-next-holder',
    rule: 'P4',
    file: 'src/redis/leftovers.ts',
    find: 'this.#transaction !== undefined || this.#watches || this.#hasSettings',
    put: 'this.#transaction !== undefined || this.#hasSettings',
    tests: ['test/redis/leftovers.test.ts'],
  },
];
