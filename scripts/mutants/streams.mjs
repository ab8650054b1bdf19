const INVOKING = ['test/redis/scripts/invoking.test.ts'];
const CONSUMER = ['test/redis/streams/stream-consumer.test.ts'];

/** @type {readonly import('./mutant.mjs').Mutant[]} */
export const STREAM_MUTANTS = [
  {
    name: 'repeat-a-script-that-may-have-run',
    rule: 'P3',
    file: 'src/redis/scripts/invoking-commands.ts',
    find: "invocable.readOnly && options.retry !== 'never' ? 'always' : options.retry",
    put: "options.retry !== 'never' ? 'always' : options.retry",
    tests: INVOKING,
  },
  {
    name: 'take-any-refusal-of-a-script-for-its-absence',
    rule: 'P3',
    file: 'src/redis/scripts/script.ts',
    find: "message.startsWith('NOSCRIPT No matching script')",
    put: "message.startsWith('NOSCRIPT')",
    tests: INVOKING,
  },
  {
    name: 'forget-that-a-script-may-have-run-before',
    rule: 'P2',
    file: 'src/redis/scripts/invoking-commands.ts',
    find: "mayHaveRun = failure.outcome === 'unknown';",
    put: 'mayHaveRun = false;',
    tests: INVOKING,
  },
  {
    name: 'give-a-script-its-time-once-more',
    rule: 'P1',
    file: 'src/redis/scripts/invoking-commands.ts',
    find: '(this.#clock.now() - startedAt)',
    put: '(startedAt - startedAt)',
    tests: INVOKING,
  },
  {
    name: 'leave-what-a-lost-reply-has-delivered',
    rule: 'P2',
    file: 'src/redis/streams/stream-consumer.ts',
    find: 'this.#lostSince = Math.min(this.#lostSince, startedAt);',
    put: '',
    tests: CONSUMER,
  },
  {
    name: 'claim-what-is-in-hand',
    rule: 'P3',
    file: 'src/redis/streams/stream-consumer.ts',
    find: 'isWanted(entry) && !this.#handlers.has(entry.id)',
    put: 'isWanted(entry)',
    tests: CONSUMER,
  },
  {
    name: 'claim-what-somebody-else-was-given-meanwhile',
    rule: 'P3',
    file: 'src/redis/streams/consumer-group.ts',
    find: 'consumer, idleMs, id, options',
    put: 'consumer, idleMs - idleMs, id, options',
    tests: CONSUMER,
  },
  {
    name: 'acknowledge-only-once',
    rule: 'P2',
    file: 'src/redis/streams/stream-consumer.ts',
    find: 'patience.ask(() => this.#group.acknowledge(ids, givingUp)),',
    put: 'patience && this.#group.acknowledge(ids, givingUp),',
    tests: CONSUMER,
  },
  {
    name: 'ask-for-entries-without-a-place',
    rule: 'P8',
    file: 'src/redis/streams/handlers.ts',
    find: 'return this.#places - this.#running.size;',
    put: 'return this.#places;',
    tests: CONSUMER,
  },
];
