/** Cornerstone's image of one decoded frame. Values are rescaled already, so its slope is 1 and its intercept 0. */

import { utilities, type Types } from '@cornerstonejs/core';
import { hasWindow, windowOf } from './image-window';
import { isInverted } from './nature';
import type { Decoded } from './pixels';
import type { FrameInfo, SeriesIndex } from './types';

export function image(id: string, series: SeriesIndex, frame: FrameInfo, { values, min, max }: Decoded): Types.IImage {
  const colour = frame.samples === 3;
  const voxelManager = utilities.VoxelManager.createImageVoxelManager({
    width: frame.columns,
    height: frame.rows,
    scalarData: values,
    numberOfComponents: frame.samples,
  });
  const own = !colour && hasWindow(frame);
  const window = windowOf(series, frame);
  const [rowSpacing, columnSpacing] = frame.spacing ?? [1, 1];
  return {
    imageId: id,
    minPixelValue: min,
    maxPixelValue: max,
    slope: 1,
    intercept: 0,
    windowCenter: colour ? 128 : own ? (frame.centre[0] as number) : (window.lower + window.upper + 1) / 2,
    windowWidth: colour ? 256 : own ? widthOf(frame) : window.upper - window.lower + 1,
    voiLUTFunction: (own ? frame.voi_function : 'LINEAR') as Types.IImage['voiLUTFunction'],
    color: colour,
    rgba: false,
    numberOfComponents: frame.samples,
    rows: frame.rows,
    columns: frame.columns,
    height: frame.rows,
    width: frame.columns,
    rowPixelSpacing: rowSpacing,
    columnPixelSpacing: columnSpacing,
    ...(frame.thickness === null ? {} : { sliceThickness: frame.thickness }),
    invert: isInverted(frame),
    photometricInterpretation: frame.photometric,
    sizeInBytes: values.byteLength,
    dataType: values.constructor.name as Types.PixelDataTypedArrayString,
    FrameOfReferenceUID: series.frame_of_reference ?? series.series,
    voxelManager,
    getPixelData: () => voxelManager.getScalarData(),
    getCanvas: () => {
      throw new Error('Images are drawn by WebGL.');
    },
  } as Types.IImage;
}

/** A linear window of width 1 is a step from black to white; Cornerstone draws all of it white unless it has some width. */
const widthOf = ({ width, voi_function }: FrameInfo): number => (voi_function === 'LINEAR' ? Math.max(width[0] as number, 1.001) : (width[0] as number));
