/** Hanging protocols, which are data (`protocols.json`): what they may say, and a check that says where one is wrong. */

import { LAYOUTS, countOf } from './layouts';
import type { Layout } from '../room/protocol';
import shipped from './protocols.json';

/** Which series goes into a viewport: of the current study or of its prior, by one of these. */
export type Slot = {
  of: 'current' | 'prior';
  /** Nothing may be left empty but this. */
  optional: boolean;
  /** Towards which edge of the viewport the chest wall lies, so that two breasts stand back to back. */
  wall: 'left' | 'right' | null;
  /** Of the PET of a PET/CT: laid over its CT, or its maxima from around the patient. */
  as: 'fused' | 'mip' | null;
  by: { main: true } | { other: true } | { like: number } | { view: string; side: 'L' | 'R' } | { modality: string; said: RegExp | null; not: RegExp | null };
};

export interface Protocol {
  id: string;
  name: string;
  /** The study has all of these; none means any study. */
  modalities: readonly string[];
  /** Either is enough: what is said of the study, or the tumour site that the meeting is about. */
  about: { text: RegExp | null; sites: readonly string[] } | null;
  layout: Layout;
  slots: readonly Slot[];
}

export interface Protocols {
  /** The beginnings of the codes of the meetings about a site (COSD CR3190). */
  sites: Readonly<Record<string, readonly string[]>>;
  protocols: readonly Protocol[];
}

/** Throws an Error that names what is wrong with the data, and where. */
export function readProtocols(data: unknown): Protocols {
  const top = record(data, 'The protocols', ['sites', 'protocols']);
  const sites = Object.fromEntries(Object.entries(record(top['sites'], 'sites')).map(([site, codes]) => [site, strings(codes, `The codes of ${site}`)]));
  const protocols = list(top['protocols'], 'protocols').map((one, at) => protocol(one, `Protocol ${at + 1}`, sites));
  const twice = protocols.find(({ id }, at) => protocols.findIndex((other) => other.id === id) !== at);
  if (twice !== undefined) throw new Error(`Two protocols are called ${twice.id}.`);
  return { sites, protocols };
}

function protocol(data: unknown, where: string, sites: object): Protocol {
  const said = record(data, where, ['id', 'name', 'for', 'layout', 'panes']);
  const id = string(said['id'], `${where}: id`);
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(id)) throw new Error(`${where}: id must be small letters, digits and dashes.`);
  const layout = said['layout'] as Layout;
  if (!LAYOUTS.includes(layout)) throw new Error(`${id}: layout must be one of ${LAYOUTS.join(', ')}.`);
  const slots = list(said['panes'], `${id}: panes`).map((one, at) => slot(one, `${id}, pane ${at + 1}`, at));
  if (slots.length !== countOf(layout)) throw new Error(`${id}: there must be as many panes as ${layout} has.`);
  const wanted = record(said['for'], `${id}: for`, ['modalities', 'about']);
  const about = wanted['about'] === undefined ? null : record(wanted['about'], `${id}: about`, ['text', 'sites']);
  const named = about === null ? [] : strings(about['sites'] ?? [], `${id}: sites`);
  const unknown = named.find((site) => !(site in sites));
  if (unknown !== undefined) throw new Error(`${id}: ${unknown} is not one of the sites.`);
  return {
    id,
    name: string(said['name'], `${id}: name`),
    modalities: strings(wanted['modalities'] ?? [], `${id}: modalities`),
    about: about === null ? null : { text: pattern(about['text'], `${id}: text`), sites: named },
    layout,
    slots,
  };
}

const WAYS = ['main', 'other', 'like', 'view', 'modality'] as const;

function slot(data: unknown, where: string, at: number): Slot {
  const said = record(data, where, ['of', 'optional', 'wall', 'as', 'main', 'other', 'like', 'view', 'side', 'modality', 'said', 'not']);
  const of = one(said['of'], ['current', 'prior'] as const, `${where}: of`);
  const ways = WAYS.filter((way) => way in said);
  if (ways.length !== 1) throw new Error(`${where} must say exactly one of ${WAYS.join(', ')}.`);
  const wall = said['wall'] === undefined ? null : one(said['wall'], ['left', 'right'] as const, `${where}: wall`);
  const as = said['as'] === undefined ? null : one(said['as'], ['fused', 'mip'] as const, `${where}: as`);
  return { of, wall, as, optional: said['optional'] === true, by: way(said, ways[0]!, where, at) };
}

function way(said: Record<string, unknown>, which: (typeof WAYS)[number], where: string, at: number): Slot['by'] {
  switch (which) {
    case 'main':
      return { main: true };
    case 'other':
      return { other: true };
    case 'like': {
      const like = said['like'];
      if (typeof like !== 'number' || !Number.isInteger(like) || like < 0 || like >= at) throw new Error(`${where}: like must be the number of a pane before it.`);
      return { like };
    }
    case 'view':
      return { view: string(said['view'], `${where}: view`), side: one(said['side'], ['L', 'R'] as const, `${where}: side`) };
    case 'modality':
      return { modality: string(said['modality'], `${where}: modality`), said: pattern(said['said'], `${where}: said`), not: pattern(said['not'], `${where}: not`) };
  }
}

function record(data: unknown, what: string, known?: readonly string[]): Record<string, unknown> {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw new Error(`${what} must be an object.`);
  const strange = known === undefined ? undefined : Object.keys(data).find((name) => !known.includes(name));
  if (strange !== undefined) throw new Error(`${what} says ${strange}, which means nothing.`);
  return data as Record<string, unknown>;
}

function list(data: unknown, what: string): unknown[] {
  if (!Array.isArray(data)) throw new Error(`${what} must be a list.`);
  return data;
}

function string(data: unknown, what: string): string {
  if (typeof data !== 'string' || data === '') throw new Error(`${what} must be text.`);
  return data;
}

const strings = (data: unknown, what: string): string[] => list(data, what).map((each) => string(each, what));

function one<T extends string>(data: unknown, allowed: readonly T[], what: string): T {
  if (!allowed.includes(data as T)) throw new Error(`${what} must be one of ${allowed.join(', ')}.`);
  return data as T;
}

/** Regular expressions, which never mind capitals. */
function pattern(data: unknown, what: string): RegExp | null {
  if (data === undefined) return null;
  try {
    return new RegExp(string(data, what), 'i');
  } catch {
    throw new Error(`${what} is not a regular expression.`);
  }
}

export const PROTOCOLS = readProtocols(shipped);
