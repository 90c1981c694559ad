/** The room's messages as docs/wire.md, section 2, writes them. */

import type { Vector } from '../imaging/types';
import type { MarkTool } from '../measure/tools';
import type { OutcomeState } from '../outcome/api';

export interface Author {
  id: string | null;
  name: string;
}

/** A plane through a volume, for a mark that was drawn on no single image. */
export interface MarkPlane {
  frame_of_reference: string;
  normal: Vector;
  /** A point in it. */
  at: Vector;
}

/** Which lesion of the patient a mark is of, and how that lesion is followed. */
export interface Lesion {
  name: string;
  role: 'target' | 'non-target' | 'new';
  organ: string;
  node: boolean;
  state: 'measured' | 'present' | 'absent' | 'too-small' | 'progressed' | 'not-evaluable';
}

/** What a client sends of a mark; the server adds who and when. */
export interface MarkBody {
  id: string;
  version: number;
  tool: MarkTool;
  study: string;
  series: string;
  /** An image, or else a plane. */
  sop?: string;
  frame?: number;
  plane?: MarkPlane;
  points: Vector[];
  text: string;
  lesion?: Lesion;
}

export interface Mark extends MarkBody {
  author: Author;
  edited?: Author | null;
  at: string;
  removed?: boolean;
}

export interface KeyImage {
  id: string;
  study: string;
  series: string;
  sop: string;
  frame: number;
  caption: string;
  author: Author;
  at: string;
}

/** What a client sends of a prepared scene; the server adds who and when, and what the images were. */
export interface SceneBody {
  id: string;
  version: number;
  view: View;
  /** The marks that were on its images. */
  marks: string[];
  caption: string;
}

export interface Scene extends SceneBody {
  /** What each pane's image was made of, as the server knows it. */
  seen: (string | null)[];
  author: Author;
  edited: Author | null;
  at: string;
}

export interface CaseState {
  marks: Record<string, Mark>;
  keys: Record<string, KeyImage>;
  outcome: OutcomeState | null;
  /** Prepared scenes in their order; absent until there was one. */
  scenes?: Scene[];
}

export interface Presenter {
  person: string;
  name: string;
  client: string;
  term: number;
}

export interface RoomState {
  status: 'planned' | 'open' | 'closed';
  case: string | null;
  presenter: Presenter | null;
  cases: Record<string, CaseState>;
}

export interface RoomEvent {
  seq: number;
  op: string;
  kind: string;
  case: string | null;
  by: Author;
  at: string;
  body: Record<string, unknown>;
}

/** Of an image, and of a document. */
export interface ImagePane extends Seen {
  kind?: undefined;
  sop: string;
  frame: number;
  /** The presentation state shown, by its key; absent while the image is shown as stored. */
  state?: string;
  /** The layers shown, by their keys. */
  layers?: string[];
  /** How some of them are seen, where that is not how they come. */
  looks?: LayerLook[];
  /** Where a document is read (`viewer/paper/places.ts`); absent at its beginning. */
  place?: number;
}

export interface LayerLook {
  layer: string;
  opacity?: number;
  colour?: [number, number, number];
  /** Parts (regions, segments) that are switched off, by their places in the layer. */
  without?: number[];
}

/** Of what series, and how it is seen. */
export interface Seen {
  study: string;
  series: string;
  key: string;
  voi: { lower: number; upper: number } | null;
  invert: boolean;
  /** Null: in the middle, all of it. */
  centre: Vector | null;
  height: number | null;
  width: number | null;
  rotation: number;
  flip_h: boolean;
  flip_v: boolean;
}

/** A whole slide: places and lengths in micrometres from its upper left corner. */
export interface SlidePane {
  kind: 'slide';
  study: string;
  series: string;
  key: string;
  centre: [number, number];
  height: number;
  width: number;
  rotation: number;
}

/** A reformatted plane of a volume, through `centre`. */
export interface PlanePane extends Seen {
  kind: 'plane';
  plane: 'axial' | 'coronal' | 'sagittal';
  /** Degrees by which it leans about the patient's x, then y, then z; absent while it is upright. */
  tilt?: readonly [number, number, number];
  /** Millimetres; 0 is one plane of the source's spacing. */
  slab: number;
  blend: 'average' | 'mip' | 'minip';
  over: Over | null;
  layers?: string[];
  looks?: LayerLook[];
}

/** Another series of the same frame of reference, in colour over a plane. */
export interface Over {
  study: string;
  series: string;
  key: string;
  /** 0 to 1. */
  opacity: number;
  colormap: 'hot-iron' | 'rainbow';
  voi: { lower: number; upper: number } | null;
}

/** The maxima of a whole volume, projected. */
export interface VolumePane extends Seen {
  kind: 'volume';
  /** Degrees around the patient's long axis: 0 from the front, 90 from the left. */
  turn: number;
}

/** A whole volume in depth, rendered by a preset (`viewer/rendering/transfer.ts`). */
export interface RenderingPane {
  kind: 'rendering';
  study: string;
  series: string;
  key: string;
  preset: 'bone' | 'vessels' | 'soft' | 'lung' | 'mip';
  /** By how many units (HU) the preset begins higher. */
  shift: number;
  /** The window of maxima; null is the images' own. */
  voi: { lower: number; upper: number } | null;
  /** Degrees around the patient's long axis (0 from the front, 90 from the left), and upwards. */
  turn: readonly [around: number, up: number];
  centre: Vector | null;
  height: number | null;
  width: number | null;
}

/** What one viewport shows: every other kind names itself. */
export type Pane = ImagePane | PlanePane | VolumePane | RenderingPane | SlidePane;

/** Rows and columns. */
export type Layout = `${1 | 2 | 3}x${1 | 2 | 3}`;

export interface View {
  case: string;
  layout: Layout;
  active: number;
  /** The one viewport that fills the place of all; absent while all are seen. */
  filled?: number;
  /** The hanging protocol that the panes were hung by; absent once a hand has hung something else. */
  protocol?: string;
  panes: (Pane | null)[];
  /** Where the crosshair is; absent while there is none. */
  cross?: Cross;
}

/** One patient point, found in every viewport of its frame of reference. */
export interface Cross {
  frame_of_reference: string;
  at: Vector;
}

export interface ViewMessage {
  term: number;
  n: number;
  /** The tab that sent it. */
  by: string;
  view: View;
}

export interface Pointer {
  series: string;
  /** Absent on a plane of the series' volume: it is the plane through the point. */
  sop?: string;
  frame?: number;
  at: Vector;
}

/** A mark that a hand is still making or moving. */
export type Drawing = Pick<MarkBody, 'id' | 'tool' | 'study' | 'series' | 'sop' | 'frame' | 'plane' | 'points'>;

export interface Somebody {
  client: string;
  person: string;
  name: string;
  trust: string | null;
  specialty: string | null;
  role: string;
  following: boolean;
  /** Nobody has touched this tab for a while. */
  idle?: boolean;
  /** Not of the team; admitted for this meeting. */
  guest?: boolean;
  /** Since when their hand is up. */
  hand?: string | null;
  /** Since when their line is broken. */
  lost?: string;
}

/** Somebody at the door, or let in through it. */
export interface Visitor {
  id: string;
  person: string;
  name: string;
  specialty: string;
  trust: string;
  reason: string;
  state: 'waiting' | 'admitted';
  role: string | null;
  asked_at: string;
}

export interface Quorum {
  quorate: boolean;
  missing: { role: string; needed: number; here: string[]; invited: string[]; sentence: string }[];
  roles: number;
  blocks: 'nothing' | 'signing' | 'opening';
}

/** Seconds and moments; null where nobody knows. */
export interface Clock {
  opened: string | null;
  case_opened: string | null;
  /** On the open case before it was opened this time. */
  spent: number;
  done: number;
  left: number;
  pace: number | null;
  by: '' | 'meeting' | 'history' | 'plan';
  case_planned: number | null;
  planned_end: string | null;
}

/** What lies beside the log, as far as this person may see it. */
export interface Desk {
  quorum?: Quorum | null;
  clock?: Clock | null;
  call?: { url: string; host: string } | null;
  lobby?: Visitor[];
}

export interface Me {
  person: string;
  name: string;
  client: string;
  role: string;
  may: string[];
}

export interface Welcome {
  ok: true;
  epoch: string;
  head: number;
  snapshot: { seq: number; state: RoomState } | null;
  tail: RoomEvent[];
  view: ViewMessage | null;
  presenter: Presenter | null;
  roster?: Somebody[];
  lost?: Somebody[];
  word?: string | null;
  desk?: Desk;
  me?: Me;
  now: string;
}

export interface Refusal {
  ok: false;
  code: string;
  message: string;
  current?: unknown;
}

export type OpAnswer = { ok: true; seq: number; fresh: boolean } | Refusal;
