/**
 * A port to listen at, free unless somebody else has picked it too.
 *
 * Below the range from which systems take the local ports of outgoing connections: a client that dials a dead
 * server's port inside it can get that very port as its own, be connected with itself, and keep the server out.
 */
export function pickPort(): number {
  return 20_000 + Math.floor(Math.random() * 12_000);
}
