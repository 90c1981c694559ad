/** The outline of a mask along the edges of its pixels: nothing is smoothed, nothing is guessed. Pure. */

/** Of one value: the straight pieces of its outline, x0, y0, x1, y1 for each, in pixels from the corner of the first. */
export type Edges = Map<number, number[]>;

/** `values` are row by row; 0 is outside. Pieces that go on are one. */
export function edges(values: ArrayLike<number>, columns: number, rows: number): Edges {
  const found: Edges = new Map();
  const at = (x: number, y: number): number => (x < 0 || y < 0 || x >= columns || y >= rows ? 0 : values[y * columns + x]!);
  const piece = (value: number, x0: number, y0: number, x1: number, y1: number): void => {
    let pieces = found.get(value);
    if (pieces === undefined) found.set(value, (pieces = []));
    pieces.push(x0, y0, x1, y1);
  };
  // Along every line between two rows (or columns), whichever value is inside on one side of it only.
  const sweep = (lines: number, length: number, a: (line: number, along: number) => number, b: (line: number, along: number) => number, put: (value: number, line: number, from: number, to: number) => void): void => {
    for (let line = 0; line <= lines; line++) {
      for (const [side, other] of [[a, b], [b, a]] as const) {
        let begun = 0;
        let inside = 0;
        for (let along = 0; along <= length; along++) {
          const value = along < length ? side(line, along) : 0;
          const edge = value !== 0 && value !== other(line, along) ? value : 0;
          if (edge === inside) continue;
          if (inside !== 0) put(inside, line, begun, along);
          [inside, begun] = [edge, along];
        }
      }
    }
  };
  sweep(rows, columns, (line, along) => at(along, line - 1), (line, along) => at(along, line), (value, line, from, to) => piece(value, from, line, to, line));
  sweep(columns, rows, (line, along) => at(line - 1, along), (line, along) => at(line, along), (value, line, from, to) => piece(value, line, from, line, to));
  return found;
}

/** The smallest rectangle that holds everything that is not 0; null for an empty mask. */
export function bounds(values: ArrayLike<number>, columns: number, rows: number): { left: number; top: number; width: number; height: number } | null {
  let [left, right, top, bottom] = [columns, -1, rows, -1];
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      if (values[y * columns + x] === 0) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}
