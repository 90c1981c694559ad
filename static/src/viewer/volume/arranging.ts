/** Whole screens of planes: three through one volume, and CT, PET, both in one and the PET from around. Pure. */

import type { StudySummary } from '../../imaging/types';
import type { Over, Pane as PaneView } from '../../room/protocol';
import { mainSeries, type Hung } from '../hanging';
import { plainPlane, plainWhole } from './plain';

export interface Placed {
  hung: Hung;
  /** Null: the images as they were taken. */
  view: PaneView | null;
}

/** Axial, coronal, sagittal, and the images as they were taken. */
export const threePlanes = (hung: Hung): Placed[] => [
  ...(['axial', 'coronal', 'sagittal'] as const).map((plane) => ({ hung, view: plainPlane(hung, plane) })),
  { hung, view: null },
];

/** The PET and the CT that are read together: those of the study somebody looks at, else of the newest that has both. */
export function petAndCt(studies: readonly StudySummary[], looked: Hung | null): { ct: Hung; pet: Hung } | null {
  const order = looked === null ? studies : [looked.study, ...studies];
  for (const study of order) {
    const main = (modality: string): Hung | null => {
      const series = looked?.study.study === study.study && looked.series.modality === modality ? looked.series : mainSeries(study, modality);
      return series === null ? null : { study, series };
    };
    const [ct, pet] = [main('CT'), main('PT')];
    if (ct !== null && pet !== null) return { ct, pet };
  }
  return null;
}

export const overOf = ({ study, series }: Hung): Over => ({ study: study.study, series: series.series, key: series.key, opacity: 0.5, colormap: 'hot-iron', voi: null });

/** CT, PET, PET over CT, and the PET's maxima from around. */
export const fused = ({ ct, pet }: { ct: Hung; pet: Hung }): Placed[] => [
  { hung: ct, view: plainPlane(ct, 'axial') },
  { hung: pet, view: plainPlane(pet, 'axial') },
  { hung: ct, view: { ...plainPlane(ct, 'axial'), over: overOf(pet) } },
  { hung: pet, view: plainWhole(pet) },
];
