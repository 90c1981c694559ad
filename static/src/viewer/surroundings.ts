/** What a viewport stands in: where its images, its patient and other people's words come from, and who is told of it. */

import type { Library } from '../imaging/library';
import type { PresentationState } from '../imaging/states';
import type { DocumentImage, FrameInfo, Patient } from '../imaging/types';
import type { Engine } from './engine';
import type { Hung } from './hanging';
import type { OwnMarks } from '../slide/ink';
import type { Layers } from './layers/layers';
import type { Pane } from './pane';

export interface Surroundings {
  engine: Engine;
  library: Library;
  /** What others drew over the case's images. */
  layers: Layers;
  patient(): Patient | null;
  meetingDay: string;
  /** The code of the meeting's kind (COSD CR3190), empty until it is known. */
  meetingKind: string;
  trustName(ods: string): string;
  state(key: string): PresentationState | null;
  /** A series of the open case; null while it is not known here. */
  series(key: string): Hung | null;
  /** Somebody wants to see an image that a report refers to. */
  show(image: DocumentImage): void;
  /** What others said of an image, e.g. that it is a key image. */
  said(frame: FrameInfo): string[];
  /** Somebody looks elsewhere by hand, in a content that hands move directly. */
  byHand(): void;
  /** The marks of the open case, for what draws them itself. */
  marks: OwnMarks;
  /** The view changed, by hand or by what it was told. */
  changed(pane: Pane): void;
  painted(pane: Pane): void;
}
