/** Writes the words over an image from what the viewport shows at this moment. */

import type { StackViewport } from '@cornerstonejs/core';
import type { FrameInfo, Patient, SeriesIndex, Vector } from '../imaging/types';
import { screenDirections } from './camera';
import type { Hung } from './hanging';
import { letters, projected } from './orientation';
import { howLines, markLines, previewLines, whenLines, whereLines, whoLines, type Overlay } from './overlay';

export interface Captioned {
  hung: Hung;
  index: SeriesIndex;
  frame: FrameInfo;
  at: number;
  patient: Patient;
  meetingDay: string;
  trustName(ods: string): string;
  inverted: boolean;
  /** How much coarser than it is the image is shown until all of it has come; 1 at full quality. */
  coarse: number;
  /** What others say of the image, and how it is shown. */
  said: string[];
}

export function caption(overlay: Overlay, stack: StackViewport, { hung, index, frame, at, patient, meetingDay, trustName, inverted, coarse, said }: Captioned): void {
  const { flipHorizontal, flipVertical } = stack.getCamera();
  overlay.onPaper((stack.getProperties().invert ?? false) !== (frame.photometric === 'MONOCHROME1'));
  overlay.say('who', whoLines(patient, meetingDay));
  overlay.say('when', whenLines(hung, meetingDay, trustName));
  overlay.say('where', whereLines(index, at));
  const shown = {
    voi: frame.samples === 3 ? null : (stack.getProperties().voiRange ?? null),
    zoom: stack.getZoom(),
    rotation: stack.getViewPresentation().rotation ?? 0,
    flipped: (flipHorizontal ?? false) || (flipVertical ?? false),
    inverted,
  };
  overlay.say('how', howLines(shown, frame));
  overlay.say('marks', [...previewLines(coarse), ...markLines(hung, frame), ...said]);
  edges(overlay, screenDirections(stack), lettersOf(frame));
}

function lettersOf({ orientation, directions }: FrameInfo): (direction: Vector) => string {
  if (orientation !== null) return letters;
  return !directions ? () => '' : (direction) => projected(direction, directions);
}

/** The letters follow the screen, whatever was flipped or turned; an image that does not say its directions has none. */
export function edges(overlay: Overlay, directions: { right: Vector; down: Vector } | null, name: (direction: Vector) => string): void {
  const say = (place: 'left' | 'right' | 'top' | 'bottom', direction: Vector | undefined, sign: 1 | -1): void => {
    const said = direction === undefined ? '' : name(direction.map((part) => part * sign) as Vector);
    overlay.say(place, said === '' ? [] : [said]);
  };
  say('right', directions?.right, 1);
  say('left', directions?.right, -1);
  say('bottom', directions?.down, 1);
  say('top', directions?.down, -1);
}
