/** What a program that talks to others can leave open: how the names begin that Node has for it, and what people call it. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^Get(?:Addr|Name)Info/, 'look-ups'],
  // A Unix socket is a pipe to Node, and so is the server that listens at one.
  [/^Pipe/, 'pipes and Unix sockets'],
  [/^Process/, 'child processes'],
  [/^TCPServer/, 'TCP servers'],
  // Those of TLS too.
  [/^TCPSocket/, 'TCP sockets'],
  [/^UDP/, 'UDP sockets'],
];

/**
 * How many of each kind this thread has open, in the order of the kinds. Node does not tell of those that were
 * unreferenced (`unref`).
 */
export function openResources(): Map<string, number> {
  const open = process.getActiveResourcesInfo();
  const counts = KINDS.map(
    ([name, kind]) => [kind, open.filter((resource) => name.test(resource)).length] as const,
  );
  return new Map(counts.filter(([, count]) => count > 0));
}
