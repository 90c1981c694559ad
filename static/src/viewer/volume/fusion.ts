/** Another volume's values in colour over a plane, between the image and its words (PET over CT). */

import type { Vector } from '../../imaging/types';
import { range } from '../presets';
import { coloured, type ColourName } from './colours';
import { raysOf, type Pile } from './planes';
import { cast, type Blend, type Voxels } from './rays';
import type { Volume } from './volume';

export interface Laid {
  opacity: number;
  colormap: ColourName;
  voi: { lower: number; upper: number } | null;
}

/** Where a plane lies and how thick it is. */
export interface At {
  pile: Pile;
  at: number;
  corner: Vector;
  slab: number;
  blend: Blend;
}

export class Fusion {
  readonly element = document.createElement('canvas');
  private readonly picture = document.createElement('canvas');
  private values: Voxels | null = null;
  private cast = '';
  private painted = '';
  private age = 0;

  constructor() {
    this.element.className = 'pane-fusion';
    this.element.setAttribute('aria-hidden', 'true');
  }

  /** More of the volume has come. */
  stale(): void {
    this.age += 1;
  }

  clear(): void {
    this.values = null;
    this.cast = this.painted = '';
    this.element.width = this.element.height = 0;
  }

  /** `placeOf` tells where on the screen (CSS pixels) a patient point is. */
  draw(volume: Volume, laid: Laid, where: At, placeOf: (point: Vector) => readonly [number, number], size: { width: number; height: number }): void {
    this.make(volume, where);
    this.paint(volume, laid, where.pile);
    const density = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(size.width * density), Math.round(size.height * density)];
    if (this.element.width !== width || this.element.height !== height) Object.assign(this.element, { width, height });
    const pen = this.element.getContext('2d') as CanvasRenderingContext2D;
    const { pile, corner } = where;
    const point = (column: number, row: number): readonly [number, number] =>
      placeOf(corner.map((value, axis) => value + pile.right[axis]! * pile.spacing[0] * column + pile.down[axis]! * pile.spacing[1] * row) as Vector);
    const [origin, across, below] = [point(-0.5, -0.5), point(pile.columns - 0.5, -0.5), point(-0.5, pile.rows - 0.5)];
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, width, height);
    const along = (to: readonly [number, number], count: number): [number, number] => [((to[0] - origin[0]) / count) * density, ((to[1] - origin[1]) / count) * density];
    pen.setTransform(...along(across, pile.columns), ...along(below, pile.rows), origin[0] * density, origin[1] * density);
    pen.imageSmoothingEnabled = true;
    pen.drawImage(this.picture, 0, 0);
  }

  /** Values on the plane's own pixels: interpolated as values, never as colours. */
  private make(volume: Volume, { pile, at, corner, slab, blend }: At): void {
    const wanted = [volume.key, this.age, at, ...corner, ...pile.right, ...pile.down, pile.columns, pile.rows, slab, blend].join();
    if (wanted === this.cast) return;
    const rays = raysOf(volume.geometry, pile, at, slab);
    const values = volume.make(rays.columns * rays.rows);
    cast(volume, rays, blend, volume.outside, values);
    this.values = values;
    this.cast = wanted;
    this.painted = '';
  }

  private paint(volume: Volume, { opacity, colormap, voi }: Laid, { columns, rows }: Pile): void {
    const { lower, upper } = voi ?? ownWindow(volume);
    const wanted = [opacity, colormap, lower, upper].join();
    if (wanted === this.painted || this.values === null) return;
    Object.assign(this.picture, { width: columns, height: rows });
    const pixels = new ImageData(columns, rows);
    coloured(this.values, { lower, upper }, colormap, opacity, volume.outside, pixels.data);
    (this.picture.getContext('2d') as CanvasRenderingContext2D).putImageData(pixels, 0, 0);
    this.painted = wanted;
  }
}

/** SUV 0 to 10 where there is SUV, else the image's own window, else all there is. */
export function ownWindow(volume: Volume): { lower: number; upper: number } {
  const { uptake, frame } = volume;
  if (uptake !== null) return { lower: 0, upper: 10 / uptake };
  const [centre, width] = [frame.centre[0], frame.width[0]];
  if (centre !== undefined && width !== undefined) return range(centre, width);
  const [lower, upper] = volume.range;
  return { lower, upper: Math.max(upper, lower + 1) };
}
