/** How a volume is looked at when nobody says otherwise. Pure. */

import type { PlanePane, VolumePane } from '../../room/protocol';
import type { Hung } from '../hanging';
import type { PlaneName } from './planes';

/** A plane through its middle. */
export const plainPlane = ({ study, series }: Hung, plane: PlaneName): PlanePane => ({
  kind: 'plane',
  study: study.study,
  series: series.series,
  key: series.key,
  plane,
  slab: 0,
  blend: 'average',
  voi: null,
  invert: false,
  centre: null,
  height: null,
  width: null,
  rotation: 0,
  flip_h: false,
  flip_v: false,
  over: null,
});

/** From the front. */
export const plainWhole = ({ study, series }: Hung): VolumePane => ({
  kind: 'volume',
  study: study.study,
  series: series.series,
  key: series.key,
  turn: 0,
  voi: null,
  invert: false,
  centre: null,
  height: null,
  width: null,
  rotation: 0,
  flip_h: false,
  flip_v: false,
});
