/** A viewport that shows the maxima of a whole volume, seen from around the patient (MIP of PET). */

import type { StackViewport } from '@cornerstonejs/core';
import type { FrameInfo, Vector } from '../../imaging/types';
import type { Pane as PaneView, VolumePane } from '../../room/protocol';
import type { Anchor, Plane } from '../contents/content';
import type { Hung } from '../hanging';
import { dot } from '../orientation';
import { valueAt } from '../probe';
import { captioned } from './captioned';
import { plus, times, toPatient, type Geometry } from './geometry';
import { around, degreesOf, TURNS, turnOf } from './planes';
import { pooled, poolOf } from './pool';
import { Pictures } from './pictures';
import { plainWhole } from './plain';
import { sample, type Block } from './rays';
import { Reformat } from './reformat';
import type { Volume } from './volume';
import { projectionLines } from './words';

export class VolumeContent extends Pictures<VolumePane> {
  readonly kind = 'volume';
  /** What is projected: the volume, or its maxima on a coarser grid where it is very fine. */
  private block: { block: Block; geometry: Geometry } | null = null;

  protected plain(hung: Hung): VolumePane {
    return plainWhole(hung);
  }

  protected isMine(view: PaneView): view is VolumePane {
    return view.kind === 'volume';
  }

  protected prepare({ turn }: VolumePane, volume: Volume): { reformat: Reformat; at: number } {
    if (this.reformat !== null) return { reformat: this.reformat, at: turnOf(turn) };
    this.block = pooled(volume);
    const front = around(this.block.geometry, 0).pile;
    // All are told to Cornerstone as seen from the front, so that turning moves nothing; letters are those of the turn.
    const caster = (n: number) => {
      const { block, geometry } = this.block ?? pooled(volume);
      return { block, rays: around(geometry, n).rays, pile: front, corner: front.corner, thickness: front.spacing[0] };
    };
    return { reformat: new Reformat(volume, TURNS, caster, () => 'mip'), at: turnOf(turn) };
  }

  protected own(): void {
    // All of it is in the picture and how it is shown.
  }

  protected override more(): void {
    if (this.volume !== null) this.block = pooled(this.volume);
    super.more();
  }

  override clear(): void {
    super.clear();
    this.block = null;
  }

  protected describe({ study, series }: Hung, stack: StackViewport): VolumePane {
    return { kind: 'volume', study: study.study, series: series.series, key: series.key, turn: degreesOf(this.at ?? 0), ...this.seen(stack) };
  }

  protected caption(stack: StackViewport, frame: FrameInfo): void {
    const { volume, at, hung, block } = this;
    if (volume === null || at === null || hung === null || block === null) return;
    captioned(this.holder, stack, { hung, over: null, frame, where: projectionLines(volume, at, poolOf(volume.size)), said: [], turned: (direction) => this.turned(direction, at) });
  }

  /** A direction of the picture from the front, as it lies in the patient from where it is seen. */
  private turned(direction: Vector, turn: number): Vector {
    const { right, onwards } = around((this.block as { geometry: Geometry }).geometry, turn).pile;
    return plus(plus(times(right, direction[0]), times(onwards, direction[1])), [0, 0, direction[2]]);
  }

  protected measured(place: readonly [number, number]): string[] {
    const { stack, frame } = this;
    const value = stack === null || frame === null ? null : valueAt(stack, frame, place);
    return value === null ? [] : [`Most along this line: ${value}`];
  }

  /** Of all that lies behind a place of the screen: where there is most. */
  override pointAt(place: readonly [number, number]): Vector | null {
    const { at, block } = this;
    const seen = super.pointAt(place);
    if (at === null || block === null || seen === null) return null;
    const { pile, rays } = around(block.geometry, 0);
    const column = dot(minus(seen, pile.corner), pile.right) / pile.spacing[0];
    const row = dot(minus(seen, pile.corner), pile.down) / pile.spacing[1];
    const { from, right, down, along } = around(block.geometry, at).rays;
    let best: { value: number; index: Vector } | null = null;
    for (let n = 0; n < rays.samples; n++) {
      const index = from.map((start, axis) => start + column * right[axis]! + row * down[axis]! + n * along[axis]!) as Vector;
      const value = sample(block.block, ...index);
      if (!Number.isNaN(value) && (best === null || value > best.value)) best = { value, index };
    }
    return best === null ? null : toPatient(block.geometry, best.index);
  }

  override placeOf(point: Vector): [number, number] | null {
    const { at, block } = this;
    if (at === null || block === null) return null;
    const [front, pile] = [around(block.geometry, 0).pile, around(block.geometry, at).pile];
    const across = dot(minus(point, pile.corner), pile.right);
    return super.placeOf(plus(plus(front.corner, times(front.right, across)), [0, 0, point[2] - front.corner[2]]));
  }

  protected holds(): boolean {
    return true;
  }

  plane(): Plane | null {
    return null;
  }

  seek(): void {
    // It shows every point there is.
  }

  anchor(): Anchor | null {
    return null;
  }
}

const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
