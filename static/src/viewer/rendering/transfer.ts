/** What of a volume is seen when it is rendered, in which colour and how densely: presets by value. Pure. */

export const PRESETS = ['bone', 'vessels', 'soft', 'lung', 'mip'] as const;
export type PresetName = (typeof PRESETS)[number];

export const PRESET_NAMES: Record<PresetName, string> = { bone: 'Bone', vessels: 'Vessels', soft: 'Soft tissue', lung: 'Lung', mip: 'MIP' };

/** Hounsfield units make the others mean what they say; of anything else only maxima can be shown. */
export const presetsOf = (modality: string): readonly PresetName[] => (modality === 'CT' ? PRESETS : ['mip']);

type Point = readonly [value: number, opacity: number, red: number, green: number, blue: number];

/** Opacity is of a millimetre; between the points all five run straight, and beyond them stay as they are. */
export const POINTS: Record<Exclude<PresetName, 'mip'>, readonly Point[]> = {
  bone: [
    [150, 0, 150, 80, 50],
    [300, 0.25, 215, 170, 120],
    [700, 0.7, 255, 240, 215],
    [1500, 0.9, 255, 255, 250],
  ],
  vessels: [
    [110, 0, 120, 20, 20],
    [180, 0.15, 190, 50, 40],
    [320, 0.6, 235, 140, 90],
    [600, 0.85, 255, 240, 220],
  ],
  soft: [
    [-60, 0, 150, 90, 70],
    [20, 0.12, 190, 95, 75],
    [80, 0.4, 225, 150, 120],
    [300, 0.7, 255, 240, 220],
  ],
  lung: [
    [-910, 0, 90, 130, 170],
    [-860, 0.012, 110, 150, 190],
    [-700, 0.03, 170, 190, 205],
    [-550, 0.06, 215, 190, 170],
    [-420, 0, 225, 160, 130],
  ],
};

/** How the whole numbers of a grid stand for values. */
export interface Scale {
  offset: number;
  per: number;
}

/** For every whole number of 16 bits, from the least: opacity of one step, and colour (0 to 255). */
export interface Table {
  alpha: Float32Array;
  red: Float32Array;
  green: Float32Array;
  blue: Float32Array;
}

export const LEAST = -32768;
const COUNT = 65536;

/** `shift` moves all points up by so many units; `step` is in millimetres. */
export function table(preset: Exclude<PresetName, 'mip'>, shift: number, step: number, { offset, per }: Scale): Table {
  const points = POINTS[preset];
  const made = { alpha: new Float32Array(COUNT), red: new Float32Array(COUNT), green: new Float32Array(COUNT), blue: new Float32Array(COUNT) };
  for (let at = 0; at < COUNT; at++) {
    const value = (at + LEAST) * per + offset - shift;
    const next = points.findIndex(([limit]) => value < limit);
    const upper = points[next < 0 ? points.length - 1 : next] as Point;
    const lower = points[next < 0 ? points.length - 1 : Math.max(0, next - 1)] as Point;
    const share = upper === lower ? 0 : (value - lower[0]) / (upper[0] - lower[0]);
    const between = (n: 1 | 2 | 3 | 4): number => lower[n] + (upper[n] - lower[n]) * share;
    made.alpha[at] = 1 - (1 - between(1)) ** step;
    made.red[at] = between(2);
    made.green[at] = between(3);
    made.blue[at] = between(4);
  }
  return made;
}
