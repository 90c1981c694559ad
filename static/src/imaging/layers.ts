/** What others drew over a case's images: masks, contours, marks and captures (docs/wire.md, section 1). */

import type { Vector } from './types';

export type LayerKind = 'mask' | 'contours' | 'marks' | 'capture';
export type Colour = readonly [number, number, number];

export interface LayerPart {
  number: number | null;
  name: string;
  colour: Colour | null;
  /** RT ROI Interpreted Type: GTV, CTV, PTV, ORGAN. */
  type: string;
  machine: boolean | null;
  algorithm: string;
}

export interface LayerInfo {
  key: string;
  kind: LayerKind;
  study: string;
  /** Its own series, not the one it is drawn over. */
  series: string;
  series_key: string;
  sop: string;
  trust: string;
  title: string;
  creator: string;
  institution: string;
  equipment: string;
  also: string[];
  at: string | null;
  observers: string[];
  verified: string;
  approved: string;
  cad: boolean;
  machine: boolean | null;
  /** What `machine` goes by. */
  why: string;
  frame_of_reference: string | null;
  /** Series it refers to. */
  refers: string[];
  parts: LayerPart[];
  leaf: string | null;
  left_out: string[];
  /** Why nothing of it is drawn. */
  problem: string | null;
}

export interface CaseLayers {
  /** Whether the team wants to see from the start what machines drew. */
  machine_shown: boolean;
  layers: LayerInfo[];
}

export interface Contour {
  kind: 'CLOSED_PLANAR' | 'CLOSEDPLANAR_XOR' | 'OPEN_PLANAR' | 'OPEN_NONPLANAR' | 'POINT';
  sop: string | null;
  /** x, y, z, x, … in patient millimetres. */
  points: number[];
}

export interface ContoursLeaf {
  rois: { number: number | null; frame_of_reference: string | null; contours: Contour[] }[];
}

export interface MarkValue {
  name: string;
  value: number;
  unit: string;
}

export interface ReportMark {
  image: { sop: string; frames: number[] } | null;
  frame_of_reference: string | null;
  type: 'POINT' | 'MULTIPOINT' | 'POLYLINE' | 'POLYGON' | 'CIRCLE' | 'ELLIPSE' | null;
  /** Columns and rows of the image, or patient millimetres. */
  points: ([number, number] | Vector)[];
  label: string;
  finding: string;
  site: string;
  values: MarkValue[];
  segment: { sop: string; number: number } | null;
  optional: boolean;
}

export interface MarksLeaf {
  marks: ReportMark[];
}

/** An overlay plane (60xx) of an image itself. */
export interface OverlayPlane {
  name: string;
  roi: boolean;
  rows: number;
  columns: number;
  /** Row and column of its first pixel, from 1. */
  origin: [number, number];
  /** zlib of its bits in base64. */
  bits: string | null;
  why: string | null;
}

const KINDS: Record<LayerKind, string> = { mask: 'Segmentation', contours: 'Structure set', marks: 'Report', capture: 'Secondary capture' };

export const kindName = ({ kind, cad }: Pick<LayerInfo, 'kind' | 'cad'>): string => (cad ? 'CAD' : KINDS[kind]);

export const machineWords = (machine: boolean | null): string => (machine === null ? 'not said whether a machine made it' : machine ? 'made by a machine' : 'made by a person');

/** Where it is from, e.g. "Segmentation · MIM Maestro 7.1 · Tameside · 3 November 2026". */
export function originWords(layer: LayerInfo, { trustName, dayOf }: { trustName(ods: string): string; dayOf(day: string): string }): string {
  const { equipment, creator, observers, trust, at } = layer;
  const people = [...new Set([...observers, creator])].filter(Boolean).slice(0, 2);
  return [kindName(layer), equipment, ...people, trustName(trust), at === null ? '' : dayOf(at.slice(0, 10))].filter(Boolean).join(' · ');
}

/** E.g. "22.4 mm", with no more digits than a reader wants. */
export function valueWords({ name, value, unit }: MarkValue): string {
  const digits = Math.abs(value) >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();
  return `${name} ${digits.replace('-', '−')}${unit === '' ? '' : ` ${UNITS[unit] ?? unit}`}`;
}

/** What UCUM writes otherwise than people do. */
const UNITS: Record<string, string> = { "[hnsf'U]": 'HU', cm3: 'cm³', mm3: 'mm³', mm2: 'mm²', cm2: 'cm²', '{SUVbw}g/ml': 'SUVbw', 'g/ml{SUVbw}': 'SUVbw', um: 'µm' };
