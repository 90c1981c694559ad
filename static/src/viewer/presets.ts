import { OBJECTIVES } from '../slide/scale';

/** Windows on the number keys, by modality. Key 0 gives back the image's own. */

export interface Preset {
  key: string;
  name: string;
  /** Null is the image's own window; `full` is all its values; `uptake` is from nothing to this SUV; `magnification` is of a slide. */
  window: { centre: number; width: number } | { uptake: number } | { magnification: number } | 'full' | null;
}

const OWN: Preset = { key: '0', name: 'Own window', window: null };
const FULL: Preset = { key: '1', name: 'Full range', window: 'full' };

const window = (key: string, name: string, width: number, centre: number): Preset => ({ key, name, window: { centre, width } });

const CT = [
  window('1', 'Soft tissue', 400, 40),
  window('2', 'Lung', 1500, -600),
  window('3', 'Bone', 2000, 400),
  window('4', 'Brain', 80, 40),
  window('5', 'Liver', 160, 60),
  window('6', 'Mediastinum', 350, 50),
  window('7', 'Angiography', 600, 200),
];

const PET: Preset[] = [
  { key: '1', name: 'SUV 0 to 5', window: { uptake: 5 } },
  { key: '2', name: 'SUV 0 to 10', window: { uptake: 10 } },
  { key: '3', name: 'SUV 0 to 15', window: { uptake: 15 } },
  { key: '4', name: 'SUV 0 to 20', window: { uptake: 20 } },
  { ...FULL, key: '5' },
];

/** A slide has no window: its keys are a microscope's objectives. */
const SLIDE: Preset[] = [{ key: '0', name: 'Whole slide', window: 'full' }, ...OBJECTIVES.map((magnification, at) => ({ key: `${at + 1}`, name: `${magnification}×`, window: { magnification } }))];

/** `uptake`: whether the image's values can be told as SUV. */
export const presets = (modality: string, uptake = false): Preset[] => modality === 'SM' ? SLIDE : [OWN, ...(modality === 'CT' ? CT : uptake ? PET : [FULL])];

/** The range a linear window covers (PS3.3 C.11.2.1.2). One of width 1 is a step, and a range must have some width. */
export const range = (centre: number, width: number): { lower: number; upper: number } => {
  const half = Math.max(width - 1, 0.001) / 2;
  return { lower: centre - 0.5 - half, upper: centre - 0.5 + half };
};

/** The window of a range, as the image's own function counts it. */
export const fromRange = ({ lower, upper }: { lower: number; upper: number }, by = 'LINEAR'): { centre: number; width: number } =>
  by === 'LINEAR_EXACT' ? { centre: (lower + upper) / 2, width: upper - lower } : { centre: (lower + upper + 1) / 2, width: upper - lower + 1 };
