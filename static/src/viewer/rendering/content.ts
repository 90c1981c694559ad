/** A viewport that shows a whole volume in depth: turned by a drag, coarsely while it turns and at full quality at rest. */

import type { Vector } from '../../imaging/types';
import type { Pane as PaneView, Pointer, RenderingPane } from '../../room/protocol';
import type { Change } from '../adjust';
import { roundPoint } from '../camera';
import type { Anchor, Content, Holder, Plane } from '../contents/content';
import type { Hung } from '../hanging';
import { range } from '../presets';
import { ownWindow } from '../volume/fusion';
import { Volumes, type Volume } from '../volume/volume';
import { lookAt, perPixelOf, placeOf, pointAt, wholeArea, type Area, type Size } from './area';
import { Artist } from './artist';
import { captioned } from './captioned';
import { watchDrags } from './drags';
import type { Reply } from './rendering.worker';
import { directions, turned, type Turn } from './sight';
import './rendering.css';
import type { PresetName } from './transfer';

/** Rays of a picture, and steps along them as a share of the finest spacing: while it turns, and at rest. */
const MOVING = { rays: 36_000, step: 1.5 };
const AT_REST = { rays: 420_000, step: 0.75 };
/** At rest is who has not moved for so many milliseconds. */
const REST = 160;
const SHIFT = 200; // units by which a whole step of the window moves a preset
const SCROLLED = 10; // degrees
const round = (value: number): number => Math.round(value * 1000) / 1000;

export class RenderingContent implements Content {
  readonly kind = 'rendering';
  readonly element = document.createElement('div');
  private readonly canvas = document.createElement('canvas');
  private readonly picture = document.createElement('canvas');
  hung: Hung | null = null;
  busy = false;
  preset: PresetName = 'bone';
  shift = 0;
  private voi: { lower: number; upper: number } | null = null;
  private look: Turn = [0, 0];
  private area: Area | null = null;
  private volume: Volume | null = null;
  private artist: Artist | null = null;
  private unlisten: (() => void) | null = null;
  private shown: Reply | null = null;
  private target: RenderingPane | null = null;
  private turn = 0;
  private rest: ReturnType<typeof setTimeout> | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;
  private paced = 10;
  /** All of the volume is here, and the picture on the screen is of it at full quality as it is seen now. */
  sharp = false;

  constructor(private readonly holder: Holder) {
    this.element.className = 'rendering';
    this.canvas.className = 'rendering-canvas';
    this.element.append(this.canvas);
    const { around } = holder;
    watchDrags(this.canvas, () => around.engine.tool, {
      begin: () => around.byHand(),
      turn: (by) => this.move(() => (this.look = turned(this.look, by))),
      pan: (across, down) => this.move(() => this.pan(across, down)),
      zoom: (by) => this.move(() => this.enlarge(by)),
      window: (across, down) => this.move(() => this.window(across, down)),
    });
    this.canvas.addEventListener('wheel', ({ deltaY }) => deltaY !== 0 && this.scroll(Math.sign(deltaY)), { passive: true });
    new ResizeObserver(() => this.volume !== null && this.draw()).observe(this.element);
  }

  get ready(): boolean {
    return this.shown !== null;
  }

  get playing(): boolean {
    return this.timer !== null;
  }

  get speed(): number | null {
    return this.volume === null ? null : this.paced;
  }

  get frameOfReference(): string | null {
    return this.volume?.frameOfReference ?? null;
  }

  private get screen(): Size {
    return { width: Math.max(1, this.element.clientWidth), height: Math.max(1, this.element.clientHeight) };
  }

  // --- what is shown ----------------------------------------------------------------------------------------------

  async show(hung: Hung): Promise<void> {
    this.clear();
    const { turn } = this;
    this.hung = hung;
    this.busy = true;
    this.holder.named();
    this.holder.say(['Opening…']);
    try {
      const volumes = Volumes.of(this.holder.around.library);
      const volume = await volumes.hold(hung);
      if (turn !== this.turn) return volumes.release(volume);
      this.volume = volume;
      this.area = wholeArea(volume.geometry);
      this.artist = new Artist(volume, (reply) => this.came(reply));
      this.unlisten = volume.on(() => {
        this.artist?.more();
        this.draw();
      });
      this.holder.say([]);
      if (this.target !== null) this.take(this.target);
      this.draw();
    } catch (error) {
      if (turn === this.turn) this.holder.say([error instanceof Error ? error.message : 'This series cannot be shown so.']);
    } finally {
      if (turn === this.turn) {
        this.busy = false;
        this.holder.changed();
      }
    }
  }

  clear(): void {
    this.turn += 1;
    this.play(false);
    if (this.rest !== null) clearTimeout(this.rest);
    this.unlisten?.();
    this.artist?.end();
    if (this.volume !== null) Volumes.of(this.holder.around.library).release(this.volume);
    this.hung = this.target = this.area = this.volume = this.artist = this.unlisten = this.shown = this.voi = this.rest = null;
    this.look = [0, 0];
    this.shift = 0;
    this.busy = this.sharp = false;
    this.canvas.width = this.canvas.height = 0;
  }

  view(): RenderingPane | null {
    const { hung, area } = this;
    if (hung === null || area === null) return null;
    const scale = perPixelOf(area, this.screen);
    const { width, height } = this.screen;
    const seen = { centre: roundPoint(area.centre), height: round(scale * height), width: round(scale * width) };
    return { kind: 'rendering', study: hung.study.study, series: hung.series.series, key: hung.series.key, preset: this.preset, shift: this.shift, voi: this.voi, turn: [this.look[0], this.look[1]], ...seen };
  }

  async follow(view: PaneView, hung: Hung): Promise<void> {
    if (view.kind !== 'rendering') return;
    const now = this.hung?.series;
    if (now?.key !== hung.series.key || now.version !== hung.series.version) {
      const shown = this.show(hung);
      this.target = view;
      return shown;
    }
    this.hung = hung;
    if (this.volume === null) this.target = view;
    else {
      this.take(view);
      this.draw();
    }
  }

  private take(view: RenderingPane): void {
    this.target = null;
    this.preset = view.preset;
    this.shift = view.shift;
    this.voi = view.voi;
    this.look = view.turn;
    const whole = wholeArea((this.volume as Volume).geometry);
    this.area = view.centre === null || view.height === null ? whole : { centre: view.centre, height: view.height, width: view.width ?? 0 };
  }

  rename(hung: Hung): void {
    this.hung = hung;
  }

  // --- the picture ------------------------------------------------------------------------------------------------

  /** Soon as it is asked for now; at full quality once nothing has moved for a moment. */
  private draw(): void {
    this.sharp = false;
    if (this.rest !== null) clearTimeout(this.rest);
    this.ask(MOVING);
    this.rest = setTimeout(() => this.ask(AT_REST), REST);
  }

  private ask({ rays, step }: typeof MOVING): void {
    const { artist, area, volume } = this;
    if (artist === null || area === null || volume === null) return;
    const look = lookAt(this.look, area, this.screen, rays, Math.min(...artist.geometry.spacing) * step);
    artist.ask({ look, preset: this.preset, shift: this.shift, voi: this.voi ?? ownWindow(volume) });
  }

  private came(reply: Reply): void {
    const { volume } = this;
    if (volume === null) return;
    const { columns, rows, step } = reply.look;
    this.shown = reply;
    this.sharp = volume.whole && step < Math.min(...(this.artist as Artist).geometry.spacing);
    Object.assign(this.picture, { width: columns, height: rows });
    (this.picture.getContext('2d') as CanvasRenderingContext2D).putImageData(new ImageData(reply.pixels, columns, rows), 0, 0);
    const { width, height } = this.screen;
    const density = window.devicePixelRatio || 1;
    Object.assign(this.canvas, { width: Math.round(width * density), height: Math.round(height * density) });
    const pen = this.canvas.getContext('2d') as CanvasRenderingContext2D;
    pen.imageSmoothingEnabled = true;
    pen.drawImage(this.picture, 0, 0, this.canvas.width, this.canvas.height);
    this.words();
    this.holder.painted();
    this.holder.changed();
  }

  private words(): void {
    const { hung, volume, artist, area } = this;
    if (hung === null || volume === null || artist === null || area === null) return;
    const { preset, shift, look: turn, sharp } = this;
    captioned(this.holder, { hung, volume, preset, shift, turn, sharp, pooling: artist.pooling, voi: preset === 'mip' ? (this.voi ?? ownWindow(volume)) : null });
    this.progress();
  }

  progress(): void {
    const { volume } = this;
    if (volume === null) return;
    const { come, slices } = volume;
    this.holder.overlay.say('progress', come < slices.length ? [`Volume: ${come} of ${slices.length} slices are here`] : []);
  }

  // --- what hands and keys do -------------------------------------------------------------------------------------

  private move(how: () => void): void {
    if (this.area === null) return;
    how();
    this.draw();
    this.holder.changed();
  }

  /** Degrees around the patient, and upwards. */
  turnBy(by: readonly [number, number]): void {
    this.move(() => (this.look = turned(this.look, by)));
  }

  scroll(by: number): void {
    this.turnBy([by * SCROLLED, 0]);
  }

  goTo(at: number): void {
    this.move(() => (this.look = at === 0 ? [0, 0] : [180, 0]));
  }

  private enlarge(by: number): void {
    const { centre, height, width } = this.area as Area;
    this.area = { centre, height: height / by, width: width / by };
  }

  /** By shares of the viewport's height. */
  private pan(across: number, down: number): void {
    const area = this.area as Area;
    const { right, down: below } = directions(this.look);
    const mm = perPixelOf(area, this.screen) * this.screen.height;
    this.area = { ...area, centre: roundPoint(area.centre.map((part, axis) => part - (right[axis]! * across + below[axis]! * down) * mm)) };
  }

  /** Of maxima the window; else what the preset shows begins higher, or lower. */
  private window(wider: number, higher: number): void {
    if (this.preset === 'mip') {
      const { lower, upper } = this.voi ?? ownWindow(this.volume as Volume);
      const middle = (lower + upper) / 2 + (upper - lower) * higher;
      const half = Math.max(((upper - lower) * (1 + wider)) / 2, 0.0005);
      this.voi = { lower: round(middle - half), upper: round(middle + half) };
    } else this.shift = Math.max(-1000, Math.min(2000, Math.round(this.shift + SHIFT * higher)));
  }

  adjust(change: Change): void {
    this.move(() => {
      if (change === 'reset' || change === 'fit') this.area = wholeArea((this.volume as Volume).geometry);
      if (change === 'reset') [this.look, this.shift, this.voi] = [[0, 0], 0, null];
      if (change === 'turn' || change === 'turn back') this.look = turned(this.look, [change === 'turn' ? 90 : -90, 0]);
      if (typeof change === 'string') return;
      if ('zoom' in change) this.enlarge(change.zoom);
      else if ('pan' in change) this.pan(...change.pan);
      else if ('window' in change) this.window(...change.window);
      else if ('preset' in change && this.preset === 'mip') {
        const { window } = change.preset;
        if (window === null) this.voi = null;
        else if (window === 'full') [this.voi] = [{ lower: (this.volume as Volume).range[0], upper: (this.volume as Volume).range[1] }];
        else if ('centre' in window) this.voi = range(window.centre, window.width);
        else if ('uptake' in window && this.volume?.uptake) this.voi = { lower: 0, upper: round(window.uptake / this.volume.uptake) };
      }
    });
  }

  play(on: boolean): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = on && this.volume !== null ? setInterval(() => this.turnBy([SCROLLED / 2, 0]), 1000 / this.paced) : null;
  }

  pace(speed: number): void {
    this.paced = speed;
    if (this.playing) this.play(true);
  }

  resizing(): () => void {
    return () => {
      if (this.volume !== null) this.draw();
    };
  }

  // --- where things are -------------------------------------------------------------------------------------------

  plane = (): Plane | null => null;
  anchor = (): Anchor | null => null;
  seek(): void {
    // It shows every point there is.
  }

  /** On what is seen there: where half the light is stopped, or the maximum lies. */
  pointAt(place: readonly [number, number]): Vector | null {
    const { shown, area, screen } = this;
    if (shown === null || area === null) return null;
    const { columns, rows, step } = shown.look;
    const [u, v] = [Math.floor((place[0] / screen.width) * columns), Math.floor((place[1] / screen.height) * rows)];
    const depth = u < 0 || v < 0 || u >= columns || v >= rows ? NaN : (shown.depth[v * columns + u] as number);
    return Number.isNaN(depth) ? null : pointAt(place, depth * step, this.look, area, screen);
  }

  placeOf(point: Vector): [number, number] | null {
    return this.area === null ? null : placeOf(point, this.look, this.area, this.screen);
  }

  pointerAt(place: readonly [number, number]): Pointer | null {
    const at = this.pointAt(place);
    return at === null || this.hung === null ? null : { series: this.hung.series.series, at: roundPoint(at) };
  }

  placeOfPointer({ series, sop, at }: Pointer): [number, number] | null {
    return sop === undefined && this.hung?.series.series === series ? this.placeOf(at) : null;
  }

  /** For tests and measurements to read. */
  get told(): object {
    return { sharp: this.sharp, milliseconds: this.shown?.milliseconds ?? null, rays: (this.shown?.look.columns ?? 0) * (this.shown?.look.rows ?? 0), come: this.volume?.come ?? 0, slices: this.volume?.slices.length ?? 0 };
  }
}
