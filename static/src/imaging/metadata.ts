/** What Cornerstone asks about an image, answered from its series' index. */

import { isInverted } from './nature';
import type { FrameInfo, SeriesIndex } from './types';
import { parseImageId } from './image-id';

type Lookup = (key: string, version: string) => SeriesIndex | undefined;

/** Builds the provider for `metaData.addProvider`. */
export function metadataFrom(lookup: Lookup): (type: string, ...ids: string[]) => unknown {
  return (type, id) => {
    if (typeof id !== 'string' || !id.startsWith('mdt:')) return undefined;
    const { key, version, index } = parseImageId(id);
    const series = lookup(key, version);
    const frame = series?.frames[index];
    return series === undefined || frame === undefined ? undefined : described(type, series, frame);
  };
}

/** One of Cornerstone's modules for an image of a series. */
export function described(type: string, series: SeriesIndex, frame: FrameInfo): unknown {
  switch (type) {
    case 'imagePlaneModule':
      return imagePlane(series, frame);
    case 'imagePixelModule':
      return {
        samplesPerPixel: frame.samples,
        // Cornerstone begins inverted where this says MONOCHROME1.
        photometricInterpretation: frame.samples === 3 ? frame.photometric : isInverted(frame) ? 'MONOCHROME1' : 'MONOCHROME2',
        rows: frame.rows,
        columns: frame.columns,
        bitsAllocated: frame.bits,
        bitsStored: frame.bits,
        highBit: frame.bits - 1,
        pixelRepresentation: frame.signed ? 1 : 0,
      };
    case 'voiLutModule':
      return { windowCenter: frame.centre, windowWidth: frame.width, voiLUTFunction: frame.voi_function };
    case 'modalityLutModule':
      return { rescaleSlope: frame.slope, rescaleIntercept: frame.intercept, rescaleType: frame.units ?? undefined };
    case 'generalSeriesModule':
      return { modality: series.modality, seriesInstanceUID: series.series, studyInstanceUID: series.study };
    case 'generalImageModule':
      return { sopInstanceUID: frame.sop, instanceNumber: frame.number };
    case 'sopCommonModule':
      return { sopInstanceUID: frame.sop };
    default:
      return undefined;
  }
}

/** Without an orientation or a spacing the image's own rows, columns and pixels serve, and are marked as defaults. */
export function imagePlane(series: SeriesIndex, frame: FrameInfo): Record<string, unknown> {
  const orientation = frame.orientation ?? [1, 0, 0, 0, 1, 0];
  const [row, column] = frame.spacing ?? [1, 1];
  return {
    frameOfReferenceUID: frame.orientation && frame.position ? (series.frame_of_reference ?? series.series) : series.series,
    rows: frame.rows,
    columns: frame.columns,
    imageOrientationPatient: orientation,
    rowCosines: orientation.slice(0, 3),
    columnCosines: orientation.slice(3, 6),
    imagePositionPatient: frame.position ?? [0, 0, 0],
    sliceThickness: frame.thickness ?? undefined,
    sliceLocation: frame.location ?? undefined,
    pixelSpacing: [row, column],
    rowPixelSpacing: row,
    columnPixelSpacing: column,
    usingDefaultValues: frame.spacing === null,
  };
}
