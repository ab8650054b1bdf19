/**
 * @typedef {object} Spread
 * @property {number} median
 * @property {number} q1 Lower quartile.
 * @property {number} q3 Upper quartile.
 * @property {number} min
 * @property {number} max
 */

/** @param {number[]} values at least one @returns {Spread} */
export function spreadOf(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part) => {
    const position = (sorted.length - 1) * part;
    const below = Math.floor(position);
    const above = Math.ceil(position);
    return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
  };
  return { median: at(0.5), q1: at(0.25), q3: at(0.75), min: at(0), max: at(1) };
}

/** @param {number[]} values */
export function medianOf(values) {
  return spreadOf(values).median;
}
