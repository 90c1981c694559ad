/** How a volume is looked at when nobody says otherwise. Pure. */

import type { PlanePane, VolumePane } from '../../room/protocol';
import type { Hung } from '../hanging';
import { plainly } from '../view';
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
