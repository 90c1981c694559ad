/** How an image is shown when nobody has said otherwise, and what its values are called. */

import type { FrameInfo } from './types';

/** Low values bright: MONOCHROME1 by its nature, and uptake (PET) because that is how it is read. */
export const isInverted = ({ photometric, suv }: Pick<FrameInfo, 'photometric' | 'suv'>): boolean => (photometric === 'MONOCHROME1') !== (suv !== undefined && suv !== null && photometric !== 'RGB');

/** What a rescaled value is multiplied with to be told to a reader, and its unit: SUV where an image has it. */
export function scaleOf({ suv, units }: Pick<FrameInfo, 'suv' | 'units'>): { factor: number; unit: string } {
  return suv?.factor ? { factor: suv.factor, unit: suv.type } : { factor: 1, unit: units ?? '' };
}
