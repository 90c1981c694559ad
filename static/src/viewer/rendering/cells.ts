/** The least and the largest value of each small cube of a grid: rays pass those in one leap that show nothing. Pure. */

import type { Grid } from './grid';
import { LEAST, type Table } from './transfer';

/** Voxels along an edge, as a power of 2. */
export const POWER = 3;
const EDGE = 1 << POWER;

export class Cells {
  readonly wide: number;
  readonly high: number;
  readonly deep: number;
  readonly least: Int16Array;
  readonly most: Int16Array;

  constructor(private readonly grid: Grid) {
    [this.wide, this.high, this.deep] = grid.size.map((count) => ((count - 1) >> POWER) + 1) as [number, number, number];
    const count = this.wide * this.high * this.deep;
    this.least = new Int16Array(count).fill(LEAST);
    this.most = new Int16Array(count).fill(LEAST);
  }

  /** The layers of cells that a slice belongs to: a value between voxels is made of the next cell's first ones too. */
  layersOf(slice: number): number[] {
    const layer = slice >> POWER;
    return slice % EDGE === 0 && layer > 0 ? [layer - 1, layer] : [layer];
  }

  measure(layer: number): void {
    const { values, size } = this.grid;
    const [columns, rows, slices] = size;
    for (let y = 0; y < this.high; y++) {
      for (let x = 0; x < this.wide; x++) {
        let [least, most] = [-LEAST, LEAST];
        const [endK, endJ, endI] = [Math.min(slices - 1, (layer + 1) << POWER), Math.min(rows - 1, (y + 1) << POWER), Math.min(columns - 1, (x + 1) << POWER)];
        for (let k = layer << POWER; k <= endK; k++) {
          for (let j = y << POWER; j <= endJ; j++) {
            const line = (k * rows + j) * columns;
            for (let i = x << POWER; i <= endI; i++) {
              const value = values[line + i] as number;
              if (value < least) least = value;
              if (value > most) most = value;
            }
          }
        }
        const at = (layer * this.high + y) * this.wide + x;
        this.least[at] = least;
        this.most[at] = most;
      }
    }
  }

  /** 1 for each cell in which anything may be seen. */
  seen({ alpha }: Table): Uint8Array {
    const before = new Uint32Array(alpha.length + 1);
    alpha.forEach((opacity, at) => (before[at + 1] = (before[at] as number) + (opacity > 0 ? 1 : 0)));
    return Uint8Array.from(this.most, (most, at) => ((before[most - LEAST + 1] as number) > (before[(this.least[at] as number) - LEAST] as number) ? 1 : 0));
  }
}
