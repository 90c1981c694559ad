/** Colours of uptake laid over another image, 256 steps from nothing to the top of the window. Pure. */

export const COLOURS = ['hot-iron', 'rainbow'] as const;
export type ColourName = (typeof COLOURS)[number];
export const COLOUR_NAMES: Record<ColourName, string> = { 'hot-iron': 'Hot iron', rainbow: 'Rainbow' };

/** Below this part of the window the image beneath shows through more and more: what takes nothing up hides nothing. */
const FADES_BELOW = 0.12;

const clamp = (value: number): number => Math.max(0, Math.min(255, Math.round(value)));

/** PS3.6 B.1.1, Hot Iron. */
const hotIron = (step: number): [number, number, number] => [clamp(step * 2), clamp((step - 128) * 2), clamp((step - 192) * 4)];

/** Blue, green, yellow, red. */
const rainbow = (step: number): [number, number, number] => {
  const part = (middle: number): number => clamp((1.5 - Math.abs((step / 255) * 4 - middle)) * 255);
  return [part(3.2), part(2), part(0.8)];
};

const tables = new Map<ColourName, Uint8Array>();

function table(name: ColourName): Uint8Array {
  const known = tables.get(name);
  if (known !== undefined) return known;
  const of = name === 'rainbow' ? rainbow : hotIron;
  const made = Uint8Array.from({ length: 256 * 3 }, (_, at) => of(Math.floor(at / 3))[at % 3]!);
  tables.set(name, made);
  return made;
}

/** Red, green, blue and alpha of each value. `opacity` is from 0 to 1; `outside` is nothing, and lets all through. */
export function coloured(values: ArrayLike<number>, { lower, upper }: { lower: number; upper: number }, name: ColourName, opacity: number, outside: number, into: Uint8ClampedArray): void {
  const colours = table(name);
  const scale = 1 / Math.max(upper - lower, 1e-12);
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    const part = value === outside ? 0 : Math.max(0, Math.min(1, (value - lower) * scale));
    const step = Math.round(part * 255) * 3;
    into[at * 4] = colours[step] as number;
    into[at * 4 + 1] = colours[step + 1] as number;
    into[at * 4 + 2] = colours[step + 2] as number;
    into[at * 4 + 3] = Math.round(255 * opacity * Math.min(1, part / FADES_BELOW));
  }
}
