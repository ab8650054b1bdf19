/** Where a lease was taken. */
export interface Place {
  readonly stack: string;
}

/** Frames of the pool itself, on top of its caller's. */
const OWN_FRAMES = /^(?:\s+at (?:async )?Pool\.(?:checkout|with) .*\n)+/;

/** Captures where the program is now, which costs some microseconds; formatted only when it is read. */
export function placeHere(): Place {
  const place: Place = { stack: '' };
  Error.captureStackTrace(place, placeHere);
  return place;
}

/** The stack as text, one place in each line, without the frames of the pool itself. */
export function describePlace({ stack }: Place): string {
  return stack.slice(stack.indexOf('\n') + 1).replace(OWN_FRAMES, '');
}
