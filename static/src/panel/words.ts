/** People, days and numbers, written as the NHS writes them. */

import type { Patient, Wholeness } from '../imaging/types';

const day = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short', year: 'numeric', timeZone: 'UTC' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'Europe/London' });
const london = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London' });

/** 2026-11-02 is 02-Nov-2026. */
export function dayOf(date: string): string {
  const parts = Object.fromEntries(day.formatToParts(new Date(`${date}T00:00:00Z`)).map(({ type, value }) => [type, value]));
  return `${parts['day']}-${(parts['month'] as string).slice(0, 3)}-${parts['year']}`;
}

/** 09:30, in London. */
export const clockOf = (at: string | Date): string => clock.format(typeof at === 'string' ? new Date(at) : at);

/** The day in London, yyyy-mm-dd, of a moment. */
export const londonDay = (at: string | Date): string => london.format(typeof at === 'string' ? new Date(at) : at);

/** 9990000018 is 999 000 0018. */
export const nhsNumber = (digits: string): string => digits.replace(/^(\d{3})(\d{3})(\d{4})$/, '$1 $2 $3');

/** FAMILY, Given. */
export const nameOf = ({ family, given }: Pick<Patient, 'family' | 'given'>): string => [family.toUpperCase(), given].filter(Boolean).join(', ');

const SEXES: Record<string, string> = { F: 'Female', M: 'Male', O: 'Other' };
export const sexOf = (sex: string): string => SEXES[sex] ?? 'Not known';

/** What a study or series is called that is not whole (yet). */
export const wholenessWord: Record<Wholeness, string> = { complete: '', arriving: 'ARRIVING', incomplete: 'INCOMPLETE' };

/** How far a trust got before it fell silent, as a person would say it. */
export const stoppedAt: Record<string, string> = {
  resolve: 'its address could not be found',
  connect: 'no connection could be made',
  associate: 'it did not accept our connection',
  query: 'it stopped while being asked',
  transfer: 'it stopped while sending',
};

/** Whole years at a day, or null when it cannot be. */
export function age(born: string, on: string): number | null {
  const [by, bm, bd] = born.split('-').map(Number) as [number, number, number];
  const [y, m, d] = on.split('-').map(Number) as [number, number, number];
  const years = y - by - (m < bm || (m === bm && d < bd) ? 1 : 0);
  return years >= 0 ? years : null;
}

/** 14-Mar-1951 (75y). */
export function bornOf(born: string | null, on: string): string {
  if (born === null) return 'not known';
  const years = age(born, on);
  return years === null ? dayOf(born) : `${dayOf(born)} (${years}y)`;
}

/** How far a study is from the meeting, e.g. "12 days before this meeting". */
export function daysBefore(date: string, meeting: string): string {
  const days = Math.round((Date.parse(meeting) - Date.parse(date)) / 86_400_000);
  if (days === 0) return 'on the day of this meeting';
  const count = `${Math.abs(days)} ${Math.abs(days) === 1 ? 'day' : 'days'}`;
  return days > 0 ? `${count} before this meeting` : `${count} after this meeting`;
}

/** A trust as people call it: what every trust's name ends in says nothing, and takes the room that images need. */
export const trustWord = (name: string): string => name.replace(/(?: Integrated Care)? NHS(?: Foundation)? Trust$/i, '') || name;
