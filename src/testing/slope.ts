/** One of two quantities that may depend on one another. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * By how much `y` grows with each 1 of `x`: the median of the slopes between all pairs of points, which a few points
 * that are far off do not move. 0 for fewer than two.
 *
 * Source: H. Theil, "A rank-invariant method of linear and polynomial regression analysis", 1950; P. K. Sen, "Estimates
 * of the regression coefficient based on Kendall's tau", 1968.
 */
export function slopeOf(points: readonly Point[]): number {
  const slopes: number[] = [];
  for (const [index, { x, y }] of points.entries()) {
    for (let other = 0; other < index; other += 1) {
      const { x: otherX, y: otherY } = points[other]!;
      if (x !== otherX) slopes.push((y - otherY) / (x - otherX));
    }
  }
  return medianOf(Float64Array.from(slopes).sort());
}

function medianOf(sorted: Float64Array): number {
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? 0 : (low + high) / 2;
}
