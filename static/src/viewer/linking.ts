/** Which planes belong together when somebody scrolls, and where one goes when another moves. Pure, in patient millimetres. */

import type { Vector } from '../imaging/types';
import type { Plane } from './contents/content';
import { dot, minus } from './orientation';

/** `position`: what shares a frame of reference. `all`: that, and other studies by the offset they had when linked. */
export type Mode = 'position' | 'all' | 'off';

/** Where a viewport stood when the viewports were linked. */
export type Anchor = Pick<Plane, 'at' | 'normal'>;

/** Planes that lean more than this (about 15°) are not scrolled together. */
const ALIKE = 0.966;

export const parallel = (a: Pick<Plane, 'normal'>, b: Pick<Plane, 'normal'>): boolean => Math.abs(dot(a.normal, b.normal)) > ALIKE;

export interface Linked {
  /** The series, by its key. */
  key: string;
  plane: Plane;
  anchor: Anchor | null;
}

/** How two viewports hang together; null when they do not. One series shown twice is there to compare its own images. */
export function bond(mode: Mode, a: Linked, b: Linked): 'position' | 'offset' | null {
  if (mode === 'off' || !parallel(a.plane, b.plane)) return null;
  if (a.plane.frameOfReference === b.plane.frameOfReference && a.key !== b.key) return 'position';
  return mode === 'all' && a.anchor !== null && b.anchor !== null ? 'offset' : null;
}

/** The patient point that `other` goes to when `driver` is where it is; null when it stays. */
export function target(mode: Mode, driver: Linked, other: Linked): Vector | null {
  const how = bond(mode, driver, other);
  if (how === null) return null;
  if (how === 'position') return driver.plane.at;
  const { normal } = driver.plane;
  const far = dot(minus(driver.plane.at, (driver.anchor as Anchor).at), normal);
  return (other.anchor as Anchor).at.map((part, axis) => part + far * normal[axis]!) as Vector;
}

/** What each viewport says of its links, e.g. "linked by position"; null where it hangs together with nothing. */
export function signs(mode: Mode, all: readonly (Linked | null)[]): (string | null)[] {
  const base = all.find((one) => one?.anchor) ?? null;
  return all.map((one, at) => {
    if (one === null) return null;
    const bonds = all.flatMap((other, number) => (other === null || number === at ? [] : (bond(mode, one, other) ?? [])));
    if (bonds.includes('offset')) return offsetSaid(base, one);
    return bonds.length > 0 ? 'Linked by position' : null;
  });
}

function offsetSaid(base: Linked | null, one: Linked): string {
  if (base === null || base === one || base.anchor === null || one.anchor === null) return 'Linked by offset';
  const { normal } = base.anchor;
  const sign = Math.sign(normal.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)));
  const far = dot(minus(one.anchor.at, base.anchor.at), normal) * sign;
  return `Linked, offset ${far < 0 ? '−' : '+'}${Math.abs(far).toFixed(1)} mm`;
}
