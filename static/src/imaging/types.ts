/** What the server says of a case's imaging (docs/wire.md, section 1). Names in DICOM's own words. */

import type { OverlayPlane } from './layers';

export type Vector = [number, number, number];

export interface Patient {
  id: string;
  nhs: string;
  family: string;
  given: string;
  /** yyyy-mm-dd */
  born: string | null;
  sex: string;
}

export interface TrustProgress {
  ods: string;
  name: string;
  status: 'asking' | 'answered' | 'refused' | 'no-answer';
  phase: string | null;
  detail: string;
  expected: number;
  received: number;
  /** It is about to be asked again. */
  queued: boolean;
  /** Studies of which a person must say whose they are before anything of them is shown. */
  waiting: number;
}

/** `arriving` while more of it may come; `incomplete` when nothing more will. */
export type Wholeness = 'complete' | 'arriving' | 'incomplete';

export interface SeriesSummary {
  key: string;
  series: string;
  modality: string;
  number: number | null;
  description: string;
  body_part: string;
  expected: number | null;
  received: number;
  complete: boolean;
  state: Wholeness;
  gaps: string[];
  kind: 'images' | 'slide' | 'document' | 'none';
  frames: number;
  /** How many of them the version holds: fewer while the rest is being made ready. */
  packed: number;
  version: string | null;
  lossy: boolean;
  duplicates?: string[];
  problems: { sop: string; sentence: string }[];
  documents: DocumentSummary[];
  /** Presentation states and key object selections in it. */
  states?: number;
  /** Objects in it that draw over images. */
  layers?: number;
  /** Of projections: which side of the patient each image is of, and which way it was taken, e.g. `CC`. */
  views?: { sop: string; laterality: 'L' | 'R' | null; view: string | null }[];
}

export interface DocumentSummary {
  key: string;
  title: string;
  type: string;
  /** What a report refers to, in the order in which it numbers them. */
  images?: DocumentImage[];
}

export interface DocumentImage {
  series: string;
  sop: string;
  frame: number;
}

export interface StudySummary {
  study: string;
  date: string | null;
  description: string;
  modalities: string[];
  trusts: string[];
  /** What each disc that it came from was called. */
  discs?: string[];
  complete: boolean;
  state: Wholeness;
  /** Of an incomplete one: who did not send what, in sentences. */
  blame: string[];
  /** The study to hang beside it, and why in words. */
  prior: { study: string; reason: string } | null;
  expected: number;
  received: number;
  series: SeriesSummary[];
}

export interface CaseImaging {
  case: string;
  patient: Patient;
  trusts: TrustProgress[];
  studies: StudySummary[];
}

export interface FrameInfo {
  sop: string;
  /** 1-based, as DICOM counts frames. */
  frame: number;
  number: number | null;
  offset: number;
  length: number;
  /** The first 32 digits of its bytes' SHA-256. Packs of an older make lack it, and what else is optional here. */
  hash?: string;
  encoding: 'htj2k' | 'raw';
  /** [factor, bytes] of coarser pictures, the coarsest first: so many bytes give it on every `factor`th row and column. */
  coarse?: [number, number][];
  rows: number;
  columns: number;
  samples: 1 | 3;
  bits: 8 | 16 | 32;
  signed: boolean;
  float: boolean;
  photometric: 'MONOCHROME1' | 'MONOCHROME2' | 'RGB';
  slope: number;
  intercept: number;
  units: string | null;
  centre: number[];
  width: number[];
  /** Stored values, for an image that brings no window: all but half a per cent at either end. */
  range?: [number, number] | null;
  smallest?: number;
  largest?: number;
  voi_function: 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';
  /** The table (VOI LUT) of an image that has one and no window: brightness, 0 to 1, of values evenly between the ends. */
  voi_lut?: { first: number; last: number; points: number[] };
  position: Vector | null;
  orientation: number[] | null;
  /** Of an image without a plane: where it leads to the right and downwards, in letters such as `FR`. */
  directions: [string, string] | null;
  /** [between rows, between columns] in millimetres. */
  spacing: [number, number] | null;
  spacing_source: string | null;
  /** What else is said of the scale: of a projection how it was corrected, of ultrasound its regions. */
  calibration?: Calibration | null;
  thickness: number | null;
  location: number | null;
  lossy: boolean;
  lossy_ratio: number | null;
  laterality: 'L' | 'R' | null;
  /** Time of one frame of a cine, in seconds. */
  seconds: number | null;
  /** Stored values, from and to, where nothing was measured. */
  padding?: [number, number] | null;
  /** Of PET: what makes standardised uptake of a rescaled value, or why nothing does. */
  suv?: { factor: number | null; type: string; why: string | null } | null;
  /** Of a segmentation: what this frame is the mask of. */
  segment?: Segment | null;
  /** Overlay planes of its own. */
  overlays?: OverlayPlane[];
}

export interface Calibration {
  projection?: boolean;
  type?: string | null;
  description?: string | null;
  magnification?: number | null;
  regions?: UltrasoundRegion[];
}

export interface UltrasoundRegion {
  /** Left, top, right, bottom, in pixels from 0; null where it is not said, and then it is all of the image. */
  box: [number, number, number, number] | null;
  /** In millimetres, [between rows, between columns]; only where tissue is shown. */
  spacing: [number, number] | null;
  per_pixel: [number, number];
  /** Down and across. */
  units: [string | null, string | null];
}

export interface Segment {
  kind: string;
  number: number | null;
  label: string;
  colour: [number, number, number] | null;
  of: { sop: string; frame: number } | null;
  /** Of a label map: what each value means. */
  labels: { value: number; label: string; colour: [number, number, number] | null }[];
}

export interface SeriesIndex {
  series: string;
  study: string;
  modality: string;
  frame_of_reference: string | null;
  version: string;
  frames: FrameInfo[];
}
