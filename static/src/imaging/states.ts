/** What others chose to be seen of a case's images: presentation states and key object selections (docs/wire.md, section 1). */

import type { FrameInfo } from './types';

export interface StateImage {
  /** Empty: every image of the series that it is of. */
  sop: string;
  /** 1-based; none means all. */
  frames: number[];
}

export type Shape = { rectangle: [number, number, number, number] } | { circle: [number, number, number] } | { polygon: [number, number][] };
export type Units = 'PIXEL' | 'DISPLAY';

export interface GraphicObject {
  type: 'POINT' | 'POLYLINE' | 'INTERPOLATED' | 'CIRCLE' | 'ELLIPSE';
  units: Units;
  points: [number, number][];
  filled: boolean;
}

export interface TextObject {
  text: string;
  box: [[number, number], [number, number]] | null;
  box_units: Units | null;
  align: string;
  anchor: [number, number] | null;
  anchor_units: Units | null;
  leader: boolean;
}

export interface PresentationState {
  key: string;
  study: string;
  label: string;
  description: string;
  creator: string;
  at: string | null;
  images: (StateImage & { series: string })[];
  /** `lut` is the brightness, 0 to 1, between the ends of a window that is a table. */
  windows: { images: StateImage[]; centre: number; width: number; function: string; lut?: number[] }[];
  invert: boolean | null;
  /** Of its presentation table: brightness by what comes out of the window, both 0 to 1. Older ones were read without. */
  tone?: number[] | null;
  /** Pseudo-colours, from the darkest to the brightest. */
  palette?: [number, number, number][] | null;
  areas: { images: StateImage[]; first: [number, number]; last: [number, number]; mode: string }[];
  rotation: number;
  flip: boolean;
  shutter: { shapes: Shape[]; value: number } | null;
  layers: { name: string; description: string; order: number }[];
  graphics: { images: StateImage[]; layer: string; objects: GraphicObject[]; texts: TextObject[] }[];
  left_out: string[];
}

export interface KeySelection {
  key: string;
  study: string;
  title: string;
  description: string;
  creator: string;
  at: string | null;
  images: (StateImage & { study: string; series: string })[];
}

export interface CaseStates {
  presentations: PresentationState[];
  key_objects: KeySelection[];
}

type Image = Pick<FrameInfo, 'sop' | 'frame'>;

const isOf = ({ sop, frames }: StateImage, image: Image): boolean => (sop === '' || sop === image.sop) && (frames.length === 0 || frames.includes(image.frame));

/** Whether a part of a state is for this image; a part that names none is for all. */
export const isFor = (images: StateImage[], image: Image): boolean => images.length === 0 || images.some((one) => isOf(one, image));

/** Whether a state, or a selection, speaks of this image at all. */
export const speaksOf = (images: StateImage[], image: Image): boolean => images.some((one) => isOf(one, image));

/** Who made it and when, e.g. "Dr Ann Smith, 2 November 2026". */
export const origin = ({ creator, at }: { creator: string; at: string | null }, dayOf: (day: string) => string): string => [creator, at === null ? '' : dayOf(at.slice(0, 10))].filter(Boolean).join(', ');
