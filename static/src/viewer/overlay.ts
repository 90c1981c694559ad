/** The words over an image. Who, when, from where, which slice: on every viewport, always. */

import { scaleOf } from '../imaging/nature';
import { origin, speaksOf, type PresentationState } from '../imaging/states';
import type { FrameInfo, Patient, SeriesIndex } from '../imaging/types';
import { bornOf, dayOf, daysBefore, nameOf, nhsNumber } from '../panel/words';
import type { Hung } from './hanging';
import { dot, normal } from './orientation';
import { fromRange } from './presets';

const PLACES = ['who', 'when', 'where', 'how', 'value', 'marks', 'progress', 'link', 'top', 'right', 'bottom', 'left', 'message'] as const;
export type Place = (typeof PLACES)[number];

/** Images on which left and right cannot be told from the anatomy alone with certainty. */
const PROJECTIONS = new Set(['CR', 'DX', 'MG', 'RG']);

export class Overlay {
  private readonly places: Record<Place, HTMLElement>;

  constructor(parent: HTMLElement) {
    const made = PLACES.map((place) => {
      const element = document.createElement('div');
      element.className = `over over-${place}`;
      if (place === 'message') element.setAttribute('role', 'status');
      parent.append(element);
      return [place, element] as const;
    });
    this.places = Object.fromEntries(made) as unknown as Record<Place, HTMLElement>;
  }

  /** One line each; an empty list hides the place. Text only: DICOM headers are other people's words. */
  say(place: Place, lines: readonly string[]): void {
    const element = this.places[place];
    const said = lines.join('\n');
    if (element.dataset['said'] === said) return;
    element.dataset['said'] = said;
    element.hidden = lines.length === 0;
    element.replaceChildren(
      ...lines.map((line) => {
        const row = document.createElement('div');
        row.textContent = line;
        return row;
      }),
    );
  }

  /** On black on white the words stand on a dark ground of their own. */
  onPaper(light: boolean): void {
    for (const place of PLACES) this.places[place].classList.toggle('over-light', light);
  }

  clear(): void {
    for (const place of PLACES) this.say(place, []);
  }

  read(): Partial<Record<Place, string>> {
    return Object.fromEntries(PLACES.map((place) => [place, this.places[place].dataset['said'] ?? '']).filter(([, said]) => said !== ''));
  }
}

export interface Shown {
  voi: { lower: number; upper: number } | null;
  zoom: number;
  rotation: number;
  flipped: boolean;
  inverted: boolean;
}

export const whoLines = (patient: Patient, meeting: string): string[] => [nameOf(patient), `NHS ${nhsNumber(patient.nhs)}`, `Born ${bornOf(patient.born, meeting)}`];

/** E.g. "PT FDG whole body AC", and "CT low dose" rather than "CT CT low dose". */
export function seriesName(study: Hung['study'], { modality, description }: Hung['series']): string {
  const said = description || study.description;
  return said.split(/\s/)[0] === modality ? said : [modality, said].filter(Boolean).join(' ');
}

export function whenLines({ study, series }: Hung, meeting: string, trustName: (ods: string) => string): string[] {
  return [
    study.date === null ? 'Study date not known' : dayOf(study.date),
    study.date === null ? '' : daysBefore(study.date, meeting),
    study.trusts.map(trustName).join(', '),
    seriesName(study, series),
    series.documents.some(({ type }) => type.startsWith('video/')) ? 'video, compressed with loss' : '',
  ].filter(Boolean);
}

/** Slice number and position, e.g. "12 / 120" and "H −123.5 mm". */
export function whereLines(index: SeriesIndex, at: number): string[] {
  const frame = index.frames[at] as FrameInfo;
  const lines = [`Image ${at + 1} / ${index.frames.length}`];
  const mm = position(frame);
  if (mm !== null) lines.push(`${mm.toFixed(1).replace('-', '−')} mm${frame.thickness === null ? '' : `, ${frame.thickness.toFixed(1)} mm thick`}`);
  if (frame.laterality !== null) lines.push(frame.laterality === 'L' ? 'LEFT' : 'RIGHT');
  return lines;
}

/** Along the direction out of the image, counted towards left, back or head, so that two series of one plane can be compared. */
function position(frame: FrameInfo): number | null {
  if (frame.position === null || frame.orientation === null) return frame.location;
  const out = normal(frame.orientation);
  const strongest = out.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  return dot(frame.position, out) * Math.sign(strongest);
}

export function howLines({ voi, zoom, rotation, flipped, inverted }: Shown, frame: Pick<FrameInfo, 'units' | 'voi_function' | 'suv'>): string[] {
  const lines: string[] = [];
  if (voi !== null) {
    const { factor, unit } = scaleOf(frame);
    const { lower, upper } = voi;
    if (frame.suv?.factor) lines.push(`${unit} ${tidy(lower * factor)} to ${tidy(upper * factor)}`);
    else {
      const { centre, width } = fromRange(voi, frame.voi_function);
      lines.push(`W ${tidy(width)} L ${tidy(centre)}${unit ? ` ${unit}` : ''}`);
    }
  }
  lines.push(`Zoom ${Math.round(zoom * 100)} %`);
  const degrees = ((Math.round(rotation) % 360) + 360) % 360;
  const turned = [flipped ? 'FLIPPED' : '', degrees === 0 ? '' : `ROTATED ${degrees}°`, inverted ? 'INVERTED' : ''].filter(Boolean);
  if (turned.length > 0) lines.push(turned.join(' '));
  return lines;
}

export const tidy = (value: number): string => (Math.abs(value) >= 20 ? Math.round(value).toString() : Number(value.toPrecision(3)).toString()).replace('-', '−');

/** What must not be overlooked: an incomplete series, a lossy image, an image without a scale. */
export function markLines({ series }: Hung, frame: FrameInfo): string[] {
  const lines: string[] = [];
  const counts = series.expected === null ? '' : `${series.received} of ${series.expected} images are here`;
  if (series.state === 'arriving') lines.push(`ARRIVING: ${counts || 'more images may come'}`);
  if (series.state === 'incomplete') lines.push(`INCOMPLETE: ${series.gaps[0] ?? (counts || 'images are missing')}`);
  if (series.packed < series.frames) lines.push(`NOT ALL SHOWN YET: ${series.packed} of ${series.frames} images are ready`);
  if (frame.lossy) lines.push(frame.lossy_ratio === null ? 'LOSSY' : `LOSSY ${frame.lossy_ratio.toFixed(0)}:1`);
  if (frame.spacing === null) lines.push('UNCALIBRATED');
  if (frame.suv?.factor === null) lines.push(`NO SUV: ${frame.suv.why ?? 'it cannot be worked out.'}`);
  if (frame.segment) lines.push(`MASK: ${frame.segment.label}`);
  if (PROJECTIONS.has(series.modality) && frame.orientation === null && frame.directions === null) lines.push('ORIENTATION NOT GIVEN');
  return lines;
}

export const previewLines = (coarse: number): string[] => (coarse > 1 ? [`PREVIEW 1/${coarse} resolution`] : []);

export const stateName = (state: Pick<PresentationState, 'label' | 'description'>): string => state.description || state.label || 'Presentation state';

/** Whose choice it is that is seen, and what of it is not. */
export function stateLines(state: PresentationState, frame: FrameInfo): string[] {
  const from = origin(state, dayOf);
  const name = `SHOWN AS: ${stateName(state)}${from === '' ? '' : ` (${from})`}`;
  return speaksOf(state.images, frame) ? [name, ...state.left_out] : [`${name} says nothing of this image`];
}
