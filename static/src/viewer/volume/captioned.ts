/** Writes the words over a picture of a volume: who and when as over every image, and what it is that was made. */

import type { StackViewport } from '@cornerstonejs/core';
import type { FrameInfo, Vector } from '../../imaging/types';
import { screenDirections } from '../camera';
import { edges } from '../caption';
import type { Holder } from '../contents/content';
import type { Hung } from '../hanging';
import { letters } from '../orientation';
import { howLines, markLines, whenLines, whoLines } from '../overlay';
import { inverted } from '../view';

export interface Said {
  hung: Hung;
  /** What lies over it. */
  over: Hung | null;
  frame: FrameInfo;
  where: string[];
  said: string[];
  /** How directions of the picture lie in the patient, where they are not as they are told to Cornerstone. */
  turned?: (direction: Vector) => Vector;
}

export function captioned({ overlay, around }: Holder, stack: StackViewport, { hung, over, frame, where, said, turned = (direction) => direction }: Said): void {
  const patient = around.patient();
  if (patient === null) return;
  const { meetingDay, trustName } = around;
  const { flipHorizontal, flipVertical } = stack.getCamera();
  overlay.onPaper(stack.getProperties().invert ?? false);
  overlay.say('who', whoLines(patient, meetingDay));
  const when = whenLines(hung, meetingDay, trustName);
  overlay.say('when', over === null ? when : [...when, `+ ${whenLines(over, meetingDay, trustName).filter((line) => !when.includes(line)).join(', ')}`]);
  overlay.say('where', where);
  const shown = {
    voi: stack.getProperties().voiRange ?? null,
    zoom: stack.getZoom(),
    rotation: stack.getViewPresentation().rotation ?? 0,
    flipped: (flipHorizontal ?? false) || (flipVertical ?? false),
    inverted: inverted(stack, frame),
  };
  overlay.say('how', howLines(shown, frame));
  overlay.say('marks', [...markLines(hung, frame), ...said]);
  edges(overlay, screenDirections(stack), (direction) => letters(turned(direction)));
}
