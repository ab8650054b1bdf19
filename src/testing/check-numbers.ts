/** Throws a RangeError, which names what it belongs to, unless the number is whole and in the range. */
export function checkInteger(
  owner: string,
  name: string,
  value: number,
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): void {
  checkRange(owner, name, value, min, max);
  if (!Number.isInteger(value)) throw new RangeError(`${owner}: ${name} is a whole number, not ${value}`);
}

/** Throws a RangeError, which names what it belongs to, unless the number is in the range. */
export function checkRange(owner: string, name: string, value: number, min: number, max: number): void {
  // JavaScript would compare text as well.
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    throw new RangeError(`${owner}: ${name} is from ${min} to ${max}, not ${value}`);
  }
}
