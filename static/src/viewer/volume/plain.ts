/** How a volume is looked at when nobody says otherwise. Pure. */

import type { PlanePane, RenderingPane, VolumePane } from '../../room/protocol';
import type { Hung } from '../hanging';
import { plainly } from '../view';
import { presetsOf } from '../rendering/transfer';
import type { PlaneName } from './planes';

/** A plane through its middle. */
export const plainPlane = (hung: Hung, plane: PlaneName): PlanePane => ({
  kind: 'plane',
  ...plainly(hung),
  plane,
  slab: 0,
  blend: 'average',
  over: null,
});

/** From the front. */
export const plainWhole = (hung: Hung): VolumePane => ({
  kind: 'volume',
  ...plainly(hung),
  turn: 0,
});

/** All of it from the front, by the first preset of its kind. */
export const plainRendering = ({ study, series }: Hung): RenderingPane => ({
  kind: 'rendering',
  study: study.study,
  series: series.series,
  key: series.key,
  preset: presetsOf(series.modality)[0]!,
  shift: 0,
  voi: null,
  turn: [0, 0],
  centre: null,
  height: null,
  width: null,
});
