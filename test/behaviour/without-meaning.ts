/** What of the original's 52 cases has no meaning here, and why. */
export const WITHOUT_MEANING: readonly {
  readonly what: string;
  readonly reason: string;
  /** Cases of which nothing is left. */
  readonly cases: readonly number[];
  /** Cases that are tested without it. */
  readonly partOf: readonly number[];
}[] = [
  {
    what: 'hibernation',
    reason: 'an object that nobody calls costs no process and no stack; the collector needs no hint',
    cases: [4, 7, 15, 23, 32, 33, 42, 48],
    partOf: [],
  },
  {
    what: 'registered names',
    reason:
      'a connection is held by its handle; `name` is for explanations, is not looked up and need not be freed',
    cases: [],
    partOf: [8, 9],
  },
  {
    what: 'exit beside raise',
    reason:
      'JavaScript has one way to fail, to throw; that callbacks may reject instead is tested with the raised errors',
    cases: [10, 26],
    partOf: [19, 25],
  },
  {
    what: 'a quiet exit',
    reason:
      'what is thrown is a failure; who wants to end quietly returns stop (case 16). That the original logs it once and not the other time was a quirk',
    cases: [17],
    partOf: [27, 52],
  },
  {
    what: 'format_status',
    reason: 'neither the state nor a message is in a warning or an error, so there is nothing to format',
    cases: [],
    partOf: [27, 52],
  },
];
