/** What justifies millimetres on an image, and what does not (PS3.3 10.7.1.3). Nothing here is drawn. */

import type { FrameInfo, UltrasoundRegion, Vector } from '../imaging/types';
import { dot } from '../viewer/orientation';

/** Columns and rows; the middle of the first pixel is 0, 0. */
export type Spot = readonly [number, number];

export interface Scale {
  unit: 'mm' | 'px';
  /** What one pixel is worth in `unit`: [between rows, between columns]. */
  perPixel: readonly [number, number];
  /** What must be said beside a measure. */
  notes: string[];
}

export type Measured = Pick<FrameInfo, 'position' | 'orientation' | 'spacing' | 'spacing_source' | 'calibration'>;

const PROJECTIONS = new Set(['CR', 'DX', 'MG', 'IO', 'PX', 'XA', 'RF', 'RG']);
const PIXELS = [1, 1] as const;

/** From patient millimetres to the image's columns and rows, by the defaults it is drawn with where it does not say. */
export function spotOf(point: Vector, { position, orientation, spacing }: Pick<FrameInfo, 'position' | 'orientation' | 'spacing'>): Spot {
  const from = position ?? [0, 0, 0];
  const plane = orientation ?? [1, 0, 0, 0, 1, 0];
  const [down, right] = spacing ?? PIXELS;
  const away: Vector = [point[0] - from[0], point[1] - from[1], point[2] - from[2]];
  return [dot(away, plane.slice(0, 3) as Vector) / right, dot(away, plane.slice(3, 6) as Vector) / down];
}

/** What a mark with these points is measured by. */
export function scaleOf(spots: readonly Spot[], frame: Measured, modality: string): Scale {
  const regions = frame.calibration?.regions;
  if (regions !== undefined) return inRegions(spots, regions);
  const { spacing, spacing_source: source } = frame;
  if (spacing === null) return { unit: 'px', perPixel: PIXELS, notes: [] };
  const magnification = frame.calibration?.magnification ?? null;
  const projection = frame.calibration?.projection ?? PROJECTIONS.has(modality);
  switch (source) {
    case 'ImagerPixelSpacing':
      if (magnification === null) return { unit: 'mm', perPixel: spacing, notes: ['at detector (projection: magnified)'] };
      return { unit: 'mm', perPixel: [spacing[0] / magnification, spacing[1] / magnification], notes: [`projection: at detector ÷ ${magnification}`] };
    case 'NominalScannedPixelSpacing':
      return { unit: 'mm', perPixel: spacing, notes: ['on the film as it was scanned'] };
    case 'PixelSpacing':
    case null:
      return { unit: 'mm', perPixel: spacing, notes: projection ? [corrected(frame)] : [] };
    default:
      return { unit: 'mm', perPixel: spacing, notes: [`scale from ${source}`] };
  }
}

/** How a projection's Pixel Spacing (0028,0030) allows for magnification: Pixel Spacing Calibration Type (0028,0A02). */
function corrected({ calibration }: Measured): string {
  const described = calibration?.description ? ` (${calibration.description})` : '';
  if (calibration?.type === 'FIDUCIAL') return `projection: calibrated on a known object${described}`;
  if (calibration?.type === 'GEOMETRY') return `projection: corrected for a geometry${described}`;
  return `projection: magnified, unless corrected: not stated${described}`;
}

const inside = ([column, row]: Spot, { box }: UltrasoundRegion): boolean =>
  box === null || (column >= box[0] - 0.5 && column <= box[2] + 0.5 && row >= box[1] - 0.5 && row <= box[3] + 0.5);

/** Ultrasound (PS3.3 C.8.5.5): millimetres hold where all of a mark lies in one region of tissue. */
function inRegions(spots: readonly Spot[], regions: readonly UltrasoundRegion[]): Scale {
  const pixels = (note: string): Scale => ({ unit: 'px', perPixel: PIXELS, notes: [note] });
  const around = regions.filter((region) => spots.every((spot) => inside(spot, region)));
  if (around.length === 0) return pixels(spots.some((spot) => regions.some((region) => inside(spot, region))) ? 'it crosses calibrated regions' : 'outside the calibrated regions');
  const scales = new Map(around.flatMap(({ spacing }) => (spacing === null ? [] : [[spacing.join(), spacing]])));
  if (scales.size > 1) return pixels('regions of two scales overlap here');
  const [spacing] = scales.values();
  if (spacing !== undefined) return { unit: 'mm', perPixel: spacing, notes: [] };
  const [down, right] = around[0]!.units;
  return pixels(`across is ${right ?? 'not said'}, down is ${down ?? 'not said'} here`);
}
