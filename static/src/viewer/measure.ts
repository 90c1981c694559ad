/** What a length on an image is worth: millimetres only where the image says what they are. */

import type { FrameInfo, Vector } from '../imaging/types';
import { distance } from './orientation';

/** Sizes at the detector, not in the patient: a projection magnifies (PS3.3 C.8.11.4). */
const AT_THE_DETECTOR = new Set(['ImagerPixelSpacing', 'NominalScannedPixelSpacing']);

/** The lines beside a length: its value, and where its scale comes from unless that is the plain Pixel Spacing. */
export function lengthLines([from, to]: [Vector, Vector], frame: Pick<FrameInfo, 'spacing' | 'spacing_source'>): string[] {
  const length = distance(from, to);
  if (frame.spacing === null) return [`uncalibrated: ${Math.round(length)} pixels`];
  const value = `${length.toFixed(1)} mm`;
  if (frame.spacing_source === null || frame.spacing_source === 'PixelSpacing') return [value];
  return [value, AT_THE_DETECTOR.has(frame.spacing_source) ? `at the detector (${frame.spacing_source})` : `scale from ${frame.spacing_source}`];
}
