/** The people of the room, each once however many tabs they have open, and in which order their hands went up. */

import type { Presenter, Somebody } from './protocol';

export interface Companion extends Somebody {
  /** The tab to hand over to: the one that follows the room most closely. */
  tabs: number;
  presents: boolean;
  /** From 1; null while their hand is down. */
  place: number | null;
}

export function company(people: readonly Somebody[], lost: readonly Somebody[], presenter: Presenter | null): Companion[] {
  const known = new Map<string, Somebody[]>();
  for (const one of people) known.set(one.person, [...(known.get(one.person) ?? []), one]);
  const hands = [...known.values()].flatMap(([one]) => (one?.hand ? [one] : [])).sort((a, b) => (a.hand as string).localeCompare(b.hand as string));
  const here = [...known.values()].map((tabs) => {
    const presents = tabs.find(({ client }) => client === presenter?.client);
    const one = presents ?? tabs.find(({ idle }) => !idle) ?? (tabs[0] as Somebody);
    const place = hands.findIndex(({ person }) => person === one.person);
    return { ...one, following: tabs.some(({ following }) => following), idle: tabs.every(({ idle }) => idle === true), tabs: tabs.length, presents: presents !== undefined, place: place < 0 ? null : place + 1 };
  });
  return [...here, ...lost.map((one) => ({ ...one, tabs: 0, presents: false, place: null }))];
}

/** Whether no tab of the room is the one that presents: its line broke, and its lease still runs. */
export const isAway = (people: readonly Somebody[], presenter: Presenter): boolean => people.length > 0 && people.every(({ client }) => client !== presenter.client);
