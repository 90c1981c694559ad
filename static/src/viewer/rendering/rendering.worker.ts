/** Renders one volume away from the page's own thread. Only the newest picture asked for is finished. */

import type { Geometry } from '../volume/geometry';
import { composite, project, type Picture } from './cast';
import { Cells } from './cells';
import type { Grid } from './grid';
import { sightOf, type Look } from './sight';
import { LEAST, table, type PresetName, type Scale, type Table } from './transfer';

export type Order =
  | { kind: 'volume'; geometry: Geometry; scale: Scale }
  | { kind: 'slice'; at: number; values: Int16Array<ArrayBuffer> }
  | { kind: 'look'; id: number; look: Look; preset: PresetName; shift: number; voi: { lower: number; upper: number } };
type Wanted = Extract<Order, { kind: 'look' }>;

export interface Reply extends Picture {
  id: number;
  look: Look;
  milliseconds: number;
}

/** Between bands of rows it hears whether something else is wanted by now. */
const BAND = 40;

let volume: { geometry: Geometry; scale: Scale; grid: Grid; cells: Cells } | null = null;
const unmeasured = new Set<number>();
let wanted: Wanted | null = null;
let working = false;
let kept: { name: string; table: Table } | null = null;

function tableFor({ preset, shift, look }: Wanted, scale: Scale): Table {
  const name = `${preset}/${shift}/${look.step}`;
  if (kept?.name !== name) kept = { name, table: table(preset as Exclude<PresetName, 'mip'>, shift, look.step, scale) };
  return kept.table;
}

async function work(): Promise<void> {
  working = true;
  while (wanted !== null && volume !== null) {
    const now: Wanted = wanted;
    wanted = null;
    const since = performance.now();
    const picture = await draw(now, volume);
    if (picture === null) continue;
    const reply: Reply = { ...picture, id: now.id, look: now.look, milliseconds: performance.now() - since };
    postMessage(reply, { transfer: [picture.pixels.buffer, picture.depth.buffer] });
  }
  working = false;
}

/** Null where something else was wanted before it was finished. */
async function draw(order: Wanted, { geometry, scale, grid, cells }: NonNullable<typeof volume>): Promise<Picture | null> {
  for (const layer of unmeasured) cells.measure(layer);
  unmeasured.clear();
  const { look, preset, voi } = order;
  const sight = sightOf(geometry, look);
  const picture = { pixels: new Uint8ClampedArray(4 * look.columns * look.rows), depth: new Float32Array(look.columns * look.rows) };
  const colours = preset === 'mip' ? null : tableFor(order, scale);
  const seen = colours === null ? null : cells.seen(colours);
  const range = { lower: (voi.lower - scale.offset) / scale.per, upper: (voi.upper - scale.offset) / scale.per };
  let heard = performance.now();
  for (let row = 0; row < look.rows; row++) {
    if (colours === null || seen === null) project(grid, cells, sight, range, picture, row, row + 1);
    else composite(grid, cells, seen, sight, colours, picture, row, row + 1);
    if (performance.now() - heard < BAND) continue;
    await new Promise((next) => setTimeout(next, 0));
    if (wanted !== null) return null;
    heard = performance.now();
  }
  return picture;
}

self.onmessage = ({ data }: MessageEvent<Order>): void => {
  if (data.kind === 'volume') {
    const { geometry, scale } = data;
    const grid = { values: new Int16Array(geometry.size[0] * geometry.size[1] * geometry.size[2]).fill(LEAST), size: geometry.size };
    volume = { geometry, scale, grid, cells: new Cells(grid) };
  } else if (data.kind === 'slice') {
    if (volume === null) return;
    volume.grid.values.set(data.values, data.at * data.values.length);
    for (const layer of volume.cells.layersOf(data.at)) unmeasured.add(layer);
  } else {
    wanted = data;
    if (!working) void work();
  }
};
