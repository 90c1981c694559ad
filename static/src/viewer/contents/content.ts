/** What a viewport can hold: images, a document, and whatever else is looked at, each in its own way behind one face. */

import type { DocumentImage, SeriesIndex, Vector } from '../../imaging/types';
import type { Pane as PaneView, Pointer } from '../../room/protocol';
import type { Change } from '../adjust';
import type { Hung } from '../hanging';
import type { Overlay } from '../overlay';
import type { Surroundings } from '../surroundings';

export type Kind = 'image' | 'paper' | 'plane' | 'volume' | 'rendering' | 'slide';

/** An image of the series to begin at. */
export type Start = Pick<DocumentImage, 'sop' | 'frame'>;

/** The viewport that a content is in. */
export interface Holder {
  readonly number: number;
  /** The name of its viewport of Cornerstone's; a second one of the same holder adds something to it. */
  readonly id: string;
  readonly element: HTMLElement;
  readonly overlay: Overlay;
  readonly around: Surroundings;
  /** In the middle of the viewport; an empty list takes it away. */
  say(lines: string[]): void;
  /** The view changed, by a hand or because more has come: others may have to be shown it. */
  changed(): void;
  /** Something has just been drawn. */
  painted(): void;
  /** What is shown has another name now. */
  named(): void;
}

/** The plane somebody sees: reference lines, links and planes through volumes speak of it. Patient millimetres. */
export interface Plane {
  /** Two planes can only be compared where this is the same. */
  frameOfReference: string;
  /** A point in it: the middle of what is there to be seen. */
  at: Vector;
  normal: Vector;
  /** The corners of the image in it, in order around. */
  corners: [Vector, Vector, Vector, Vector];
}

/** What a mark made now belongs to: an image, or a plane through a volume. */
export type Anchor = { study: string; series: string; sop: string; frame: number } | { study: string; series: string; plane: { frame_of_reference: string; normal: Vector; at: Vector } };

/**
 * One of each kind lives in a viewport, made when first needed, and shows one thing after another. Every method may be
 * called at any time; one that makes no sense for a kind does nothing, or answers null.
 */
export interface Content {
  readonly kind: Kind;
  /** Lies over the whole viewport, under its words; the viewport hides it while it holds something else. */
  readonly element: HTMLElement;
  /** What is shown, or is about to be. */
  readonly hung: Hung | null;
  /** From asking for it until the first of it is there, or will not come: no view is told meanwhile. */
  readonly busy: boolean;
  /** What it was last told to show is on its way: until it is there, nobody is told that the one before is shown. */
  readonly behind?: boolean;
  /** Painted at full quality, of a content that is not at first. */
  readonly sharp?: boolean;
  /** There is something on the screen that tools can work on. */
  readonly ready: boolean;
  readonly playing: boolean;
  /** What makes standardised uptake of the values shown, where anything does. */
  readonly uptake?: number | null;
  /** Images a second that a cine of it has, or would have; null where none can be played. */
  readonly speed: number | null;

  /** Shows it from `start`, or where it is best begun. What was shown before is gone when this returns, not only when it resolves. */
  show(hung: Hung, start?: Start): Promise<void>;
  /** Nothing of what was shown stays to be seen, nor is held. */
  clear(): void;

  /** What is shown, whole and in patient terms (`docs/wire.md`); null while there is nothing to tell. */
  view(): PaneView | null;
  /** Shows what somebody else shows. While one view is loading, only the newest after it counts. */
  follow(view: PaneView, hung: Hung): Promise<void>;
  /** The case's list came again, and the same thing is named otherwise in it. */
  rename(hung: Hung): void;

  scroll(by: number): void;
  /** To the first (0), the last (`Infinity`) or any other. */
  goTo(at: number): void;
  adjust(change: Change): void;
  play(on: boolean): void;
  /** Images a second from now on. */
  pace(speed: number): void;
  /** Before the viewport's size changes: remembers what is seen, and returns how to show the same again afterwards. */
  resizing(): () => void;
  /** How much has come, in the words over the image. */
  progress(): void;

  /** The series whose layers can be drawn here, of a content that draws them and is no image itself. */
  readonly layered?: SeriesIndex | null;
  /** What is drawn over it, by others, has changed. */
  relay?(): void;

  /** In which patient points are told, of a content that shows more than a plane. */
  readonly frameOfReference?: string | null;
  /** The plane that is seen; null where patient space is not known. */
  plane(): Plane | null;
  /** Shows the plane, among those that there are, nearest to a patient point of the same frame of reference. */
  seek(point: Vector): void;
  /** The patient point under a place of the viewport (pixels from its top left corner). */
  pointAt(place: readonly [number, number]): Vector | null;
  /** Where in the viewport a patient point is. */
  placeOf(point: Vector): [number, number] | null;
  /** What others are told of a pointer at a place of the viewport. */
  pointerAt(place: readonly [number, number]): Pointer | null;
  /** Where in the viewport somebody else's pointer belongs; null when it points at something that is not seen here. */
  placeOfPointer(pointer: Pointer): [number, number] | null;
  anchor(): Anchor | null;

  /** Larger or smaller about the middle, of a content that zooms by steps. */
  zoom?(by: number): void;
  /** The marks of the case, or the tool for making them, changed: a content that draws them itself does so now. */
  marked?(): void;
  /** Removes the mark under the mouse, of those it draws itself; false where there is none. */
  removeMark?(): boolean;
}
