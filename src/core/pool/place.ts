/** Where a lease was taken. */
export interface Place {
  readonly stack: string;
}

/** The one frame of the pool itself that may be on top of its caller's. */
const OWN_FRAME = /^\s+at (?:async )?Pool\.with .*\n/;

/** Captures where `method`, which is running, was called: this costs some microseconds. Formatted only when it is read. */
export function placeOf(method: (...given: never) => unknown): Place {
  const place: Place = { stack: '' };
  Error.captureStackTrace(place, method);
  return place;
}

/** The stack as text, one place in each line, without the frames of the pool itself. */
export function describePlace({ stack }: Place): string {
  return stack.slice(stack.indexOf('\n') + 1).replace(OWN_FRAME, '');
}
