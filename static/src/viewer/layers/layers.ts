/** The layers of the open case: which there are for a series, which are switched on, and what lies on each image. */

import { kindName, machineWords, type CaseLayers, type Colour, type ContoursLeaf, type LayerInfo, type MarksLeaf, type ReportMark } from '../../imaging/layers';
import type { FrameInfo, SeriesIndex, SeriesSummary, Vector } from '../../imaging/types';
import type { LayerLook } from '../../room/protocol';
import { cutContours, type Cut } from './cutting';
import { colourOfPart, labelColour, type Picture } from './pictures';
import { placeOfMask, spreadContours, spreadMarks, spreadMasks, standing, type Outlined, type Spread } from './placing';
import { Sources } from './sources';
import type { Library } from '../../imaging/library';

/** The key under which images' own overlay planes are switched. */
export const OVERLAYS = 'overlays';
const OPACITY = 0.7;
const CUTS = 400;

/** Which layers a view shows and how, as `docs/wire.md` writes it. */
export interface ShownLayers {
  layers?: string[];
  looks?: LayerLook[];
}

export interface PaintedMask {
  place: Pick<FrameInfo, 'position' | 'orientation' | 'spacing'>;
  picture: Picture;
}

/** What is to be drawn on one image for one layer. */
export interface Drawn {
  machine: boolean;
  opacity: number;
  masks: PaintedMask[];
  /** `PIECES` are straight pieces, each from one point to the next but one. */
  contours: { kind: Outlined['contour']['kind'] | 'PIECES'; points: readonly number[]; colour: Colour; machine: boolean }[];
  marks: { mark: ReportMark; colour: Colour; cad: boolean }[];
}

/** One line of the panel: a layer that there is for a series. */
export interface Standing {
  layer: LayerInfo;
  on: boolean;
  problem: string | null;
  /** Sentences on what of it is not drawn. */
  remarks: string[];
}

export interface LayersAsk {
  library: Library;
  seriesOf(key: string): SeriesSummary | null;
  /** What is drawn has changed, e.g. because more of it has come. */
  changed(): void;
}

interface Known {
  spread: Spread<unknown>;
}

export class Layers {
  private all: readonly LayerInfo[] = [];
  private readonly off = new Set<string>();
  private readonly colours = new Map<string, Colour>();
  private readonly opacities = new Map<string, number>();
  /** Parts (regions, segments) that are switched off in a layer that is on, by their places. */
  private readonly without = new Map<string, ReadonlySet<number>>();
  private readonly sources: Sources;
  /** What lies where in a series, worked out once: by layer, version of the series and of the layer. */
  private readonly known = new Map<string, Known>();
  /** What the last planes cut out of outlines. */
  private readonly cuts = new Map<string, Cut>();

  constructor(private readonly ask: LayersAsk) {
    this.sources = new Sources(ask.library, () => ask.changed());
  }

  /** Another case, or none. */
  clear(): void {
    this.sources.clear();
    this.all = [];
    for (const each of [this.off, this.colours, this.opacities, this.without, this.known, this.cuts]) each.clear();
  }

  /** The case's layers came, or more of them: new ones of machines are on if the team wants that. */
  renew({ layers, machine_shown: machineShown }: CaseLayers): void {
    const before = new Set(this.all.map(({ key }) => key));
    for (const { key, machine } of layers) if (!before.has(key) && machine === true && !machineShown) this.off.add(key);
    this.all = layers;
  }

  // --- what there is ----------------------------------------------------------------------------------------------

  of(index: Pick<SeriesIndex, 'series' | 'frame_of_reference'>): Standing[] {
    return this.all.flatMap((layer) => {
      const stands = standing(layer, index);
      if (stands === null) return [];
      const problem = stands.problem ?? this.sources.problem(layer);
      return [{ layer, on: !this.off.has(layer.key), problem, remarks: this.remarks(layer, index) }];
    });
  }

  /** Captures that say they were made from a series, and those of its study: they hang beside it. */
  captures({ series, study }: Pick<SeriesIndex, 'series' | 'study'>): LayerInfo[] {
    return this.all.filter((layer) => layer.kind === 'capture' && layer.series !== series && (layer.refers.includes(series) || layer.study === study));
  }

  /** Of a series that is itself a mask or a capture: what it is, in words for the image. */
  own({ series }: Pick<SeriesIndex, 'series'>, frame: FrameInfo): string[] {
    const layer = this.all.find((one) => one.series === series && (one.sop === frame.sop || one.kind === 'capture'));
    if (layer === undefined || (layer.kind !== 'mask' && layer.kind !== 'capture')) return [];
    return [`${kindName(layer).toUpperCase()}${layer.machine === true ? ' · MACHINE-MADE' : layer.machine === null ? ` · ${machineWords(null)}` : ''}`];
  }

  isOn(key: string): boolean {
    return !this.off.has(key);
  }

  /** Whether a part of a layer is seen while the layer is. */
  has(key: string, part: number): boolean {
    return !(this.without.get(key)?.has(part) ?? false);
  }

  opacity(key: string): number {
    return this.opacities.get(key) ?? OPACITY;
  }

  colour(layer: LayerInfo, part = 0): Colour {
    return this.colours.get(layer.key) ?? colourOfPart(layer.parts[part]?.colour ?? null, this.all.indexOf(layer) + part);
  }

  // --- what hands do ------------------------------------------------------------------------------------------------

  turn(key: string, on: boolean): void {
    if (on) this.off.delete(key);
    else this.off.add(key);
    this.ask.changed();
  }

  /** All there are for a series: off when any is on. */
  turnAll(index: SeriesIndex, overlays: boolean): void {
    const keys = this.keys(index, overlays);
    const on = keys.some((key) => this.isOn(key));
    for (const key of keys) if (on) this.off.add(key);
      else this.off.delete(key);
    this.ask.changed();
  }

  turnPart(key: string, part: number, on: boolean): void {
    const without = new Set(this.without.get(key));
    if (on) without.delete(part);
    else without.add(part);
    this.without.set(key, without);
    this.ask.changed();
  }

  /** All parts, or this one only. */
  only(layer: LayerInfo, part: number | null): void {
    this.without.set(layer.key, new Set(part === null ? [] : layer.parts.flatMap((_, at) => (at === part ? [] : [at]))));
    this.ask.changed();
  }

  fade(key: string, opacity: number): void {
    this.opacities.set(key, opacity);
    this.ask.changed();
  }

  paint(key: string, colour: Colour): void {
    this.colours.set(key, colour);
    this.ask.changed();
  }

  // --- as others see them -------------------------------------------------------------------------------------------

  private keys(index: Pick<SeriesIndex, 'series' | 'frame_of_reference'>, overlays: boolean): string[] {
    const keys = this.of(index).map(({ layer }) => layer.key);
    return overlays ? [...keys, OVERLAYS] : keys;
  }

  /** The keys of those that are on, and how they are seen where that is not how they come, for a view. */
  shown(index: SeriesIndex, overlays = hasOverlays(index)): ShownLayers {
    const layers = this.keys(index, overlays).filter((key) => this.isOn(key));
    const looks = layers.flatMap((layer): LayerLook[] => {
      const [opacity, colour, without] = [this.opacities.get(layer), this.colours.get(layer), [...(this.without.get(layer) ?? [])].sort((a, b) => a - b)];
      if ((opacity ?? OPACITY) === OPACITY && colour === undefined && without.length === 0) return [];
      return [{ layer, ...(opacity === undefined ? {} : { opacity }), ...(colour === undefined ? {} : { colour: [...colour] as Vector }), ...(without.length === 0 ? {} : { without }) }];
    });
    return { ...(layers.length === 0 ? {} : { layers }), ...(looks.length === 0 ? {} : { looks }) };
  }

  /** Shows those of a series that somebody else shows, as they see them, and no others. */
  follow(index: SeriesIndex, { layers: shown = [], looks = [] }: ShownLayers, overlays = hasOverlays(index)): void {
    let changed = this.look(shown, looks);
    for (const key of this.keys(index, overlays)) {
      const on = shown.includes(key);
      if (on === this.isOn(key)) continue;
      changed = true;
      if (on) this.off.delete(key);
      else this.off.add(key);
    }
    if (changed) this.ask.changed();
  }

  private look(shown: readonly string[], looks: readonly LayerLook[]): boolean {
    let changed = false;
    for (const key of shown) {
      const look = looks.find(({ layer }) => layer === key);
      const now = JSON.stringify([this.opacity(key), this.colours.get(key), [...(this.without.get(key) ?? [])].sort((a, b) => a - b)]);
      if (now === JSON.stringify([look?.opacity ?? OPACITY, look?.colour, look?.without ?? []])) continue;
      changed = true;
      if (look?.opacity === undefined) this.opacities.delete(key);
      else this.opacities.set(key, look.opacity);
      if (look?.colour === undefined) this.colours.delete(key);
      else this.colours.set(key, look.colour);
      this.without.set(key, new Set(look?.without));
    }
    return changed;
  }

  // --- what lies on an image ----------------------------------------------------------------------------------------

  on(index: SeriesIndex, at: number): Drawn[] {
    return this.of(index).flatMap(({ layer, on, problem }) => (on && problem === null ? [this.drawn(layer, index, at)] : []));
  }

  planes({ sop, frame, overlays }: FrameInfo): Picture[] {
    if (!this.isOn(OVERLAYS)) return [];
    return (overlays ?? []).flatMap((plane, place) => this.sources.plane(sop, frame, place, plane) ?? []);
  }

  private drawn(layer: LayerInfo, index: SeriesIndex, at: number): Drawn {
    const machine = layer.machine === true;
    const drawn: Drawn = { machine, opacity: this.opacity(layer.key), masks: [], contours: [], marks: [] };
    if (layer.kind === 'mask') drawn.masks = this.masks(layer, index, at);
    if (layer.kind === 'contours') {
      for (const { roi, contour } of this.contours(layer, index)?.on.get(at) ?? []) {
        if (!this.has(layer.key, roi)) continue;
        drawn.contours.push({ kind: contour.kind, points: contour.points, colour: this.colour(layer, roi), machine: layer.parts[roi]?.machine === true });
      }
    }
    if (layer.kind === 'marks') {
      const leaf = this.sources.leaf<MarksLeaf>(layer);
      const colour = this.colour(layer);
      for (const mark of this.marks(layer, index)?.on.get(at) ?? []) drawn.marks.push({ mark: leaf?.marks[mark] as ReportMark, colour, cad: layer.cad });
    }
    return drawn;
  }

  private masks(layer: LayerInfo, index: SeriesIndex, at: number): PaintedMask[] {
    const own = this.sources.masks(layer, this.ask.seriesOf(layer.series_key));
    const image = index.frames[at];
    if (own === null || image === undefined) return [];
    const spread = this.spread(layer, index, own.version, () => spreadMasks(own.mine, index, layer.frame_of_reference === index.frame_of_reference && index.frame_of_reference !== null));
    const colours = JSON.stringify(this.colours.get(layer.key) ?? null);
    const paint = (place: number): PaintedMask[] => {
      const mask = own.frames.frames[place] as FrameInfo;
      const { part, colourOf } = this.painting(layer, mask);
      if (!this.has(layer.key, part)) return [];
      const picture = this.sources.picture(layer, own, place, colours, colourOf);
      return picture === null ? [] : [{ place: placeOfMask(mask, image), picture }];
    };
    for (const near of [at + 1, at - 1, at + 2, at - 2]) for (const place of spread.on.get(near) ?? []) paint(place); // before somebody scrolls there
    return (spread.on.get(at) ?? []).flatMap(paint);
  }

  /** Which part of its layer a mask is, and its colours. */
  private painting(layer: LayerInfo, { segment }: Pick<FrameInfo, 'segment'>): { part: number; colourOf(value: number): Colour } {
    const part = Math.max(0, layer.parts.findIndex(({ number }) => number === segment?.number));
    const colourOf = (value: number): Colour => (segment?.kind !== 'LABELMAP' ? this.colour(layer, part) : (this.colours.get(layer.key) ?? labelColour(segment, value, value)));
    return { part, colourOf };
  }

  // --- what a plane through a volume cuts out of them -----------------------------------------------------------------

  /** On a plane that is no image of the series; only what says where it lies, in the same frame of reference, is there. */
  cut(index: SeriesIndex, plane: FrameInfo): Drawn[] {
    return this.of(index).flatMap(({ layer, on, problem }) => {
      if (!on || problem !== null || layer.frame_of_reference === null || layer.frame_of_reference !== index.frame_of_reference) return [];
      const drawn: Drawn = { machine: layer.machine === true, opacity: this.opacity(layer.key), masks: [], contours: [], marks: [] };
      if (layer.kind === 'mask') drawn.masks = this.cutMasks(layer, plane);
      if (layer.kind === 'contours') this.cutOutlines(layer, index, plane, drawn);
      if (layer.kind === 'marks') {
        const leaf = this.sources.leaf<MarksLeaf>(layer);
        const here = { series: index.series, frame_of_reference: index.frame_of_reference, frames: [plane] };
        for (const mark of leaf === null ? [] : (spreadMarks(leaf.marks, here).on.get(0) ?? [])) drawn.marks.push({ mark: leaf?.marks[mark] as ReportMark, colour: this.colour(layer), cad: layer.cad });
      }
      return [drawn];
    });
  }

  private cutMasks(layer: LayerInfo, plane: FrameInfo): PaintedMask[] {
    const own = this.sources.masks(layer, this.ask.seriesOf(layer.series_key));
    const sheets = own === null ? null : this.sources.sheets(layer, own);
    if (own === null || sheets === null) return [];
    const colours = JSON.stringify(this.colours.get(layer.key) ?? null);
    return [...sheets].flatMap(([number, { frame, sheets: of }]) => {
      const { part, colourOf } = this.painting(layer, frame);
      if (!this.has(layer.key, part)) return [];
      const picture = this.sources.cut(layer, own, number, of, plane, frame, colours, colourOf);
      return picture === null ? [] : [{ place: plane, picture }];
    });
  }

  private cutOutlines(layer: LayerInfo, index: SeriesIndex, plane: FrameInfo, drawn: Drawn): void {
    const leaf = this.sources.leaf<ContoursLeaf>(layer);
    leaf?.rois.forEach(({ frame_of_reference: frame, contours }, roi) => {
      if (frame !== index.frame_of_reference || !this.has(layer.key, roi)) return;
      const name = JSON.stringify([layer.key, layer.leaf, roi, plane.position, plane.orientation, plane.thickness]);
      const here = this.cuts.get(name) ?? cutContours(contours, plane, plane.thickness ?? 1);
      this.cuts.delete(name);
      this.cuts.set(name, here);
      for (const old of this.cuts.keys()) if (this.cuts.size > CUTS) this.cuts.delete(old);
      const look = { colour: this.colour(layer, roi), machine: layer.parts[roi]?.machine === true };
      for (const { kind, points } of here.whole) drawn.contours.push({ kind, points, ...look });
      if (here.pieces.length > 0) drawn.contours.push({ kind: 'PIECES', points: here.pieces, ...look });
    });
  }

  private contours(layer: LayerInfo, index: SeriesIndex): Spread<Outlined> | null {
    const leaf = this.sources.leaf<ContoursLeaf>(layer);
    return leaf === null ? null : this.spread(layer, index, layer.leaf ?? '', () => spreadContours(leaf, index));
  }

  private marks(layer: LayerInfo, index: SeriesIndex): Spread<number> | null {
    const leaf = this.sources.leaf<MarksLeaf>(layer);
    return leaf === null ? null : this.spread(layer, index, layer.leaf ?? '', () => spreadMarks(leaf.marks, index));
  }

  private spread<T>(layer: LayerInfo, index: SeriesIndex, version: string, work: () => Spread<T>): Spread<T> {
    const name = [layer.key, version, index.series, index.version].join('/');
    const here = this.known.get(name);
    if (here !== undefined) return here.spread as Spread<T>;
    const spread = work();
    this.known.set(name, { spread });
    return spread;
  }

  /** The marks of a report that say something, for the panel. */
  values(layer: LayerInfo): readonly ReportMark[] {
    return layer.kind === 'marks' ? (this.sources.leaf<MarksLeaf>(layer)?.marks ?? []) : [];
  }

  private remarks(layer: LayerInfo, { series }: Pick<SeriesIndex, 'series'>): string[] {
    let astray = 0;
    for (const [name, { spread }] of this.known) if (name.startsWith(`${layer.key}/`) && name.includes(`/${series}/`)) astray = spread.astray;
    const lost = astray === 0 ? [] : [`${astray === 1 ? '1 of its parts lies' : `${astray} of its parts lie`} elsewhere than the image named for it, and ${astray === 1 ? 'is' : 'are'} not drawn.`];
    return [...layer.left_out, ...lost];
  }
}

export const hasOverlays = ({ frames }: SeriesIndex): boolean => frames.some(({ overlays }) => overlays !== undefined && overlays.length > 0);

/** The sign on an image: how many layers are seen, and whether a machine made any of them. */
export function signLines(standings: readonly Standing[], planes: { there: number; on: boolean }, slab = false): string[] {
  const there = standings.length + (planes.there > 0 ? 1 : 0);
  if (there === 0) return [];
  const seen = standings.filter(({ on, problem }) => on && problem === null);
  const count = seen.length + (planes.there > 0 && planes.on ? 1 : 0);
  const machine = seen.some(({ layer }) => layer.machine === true) ? ' · MACHINE-MADE' : '';
  const unsaid = machine === '' && seen.some(({ layer }) => layer.machine === null) ? ' · not said whether a machine made them' : '';
  const refused = standings.filter(({ on, problem }) => on && problem !== null).map(({ layer, problem }) => `LAYER NOT DRAWN: ${layer.title}. ${problem}`);
  const middle = slab && count > 0 ? ' · in the middle of the slab' : '';
  return [`LAYERS: ${count} of ${there} shown${machine}${unsaid}${middle}`, ...refused];
}
