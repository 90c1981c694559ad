/** Who can own what is to be done: found as one types, known by their name. */

/** Who can be chosen; `id` is null of somebody who is only in the room. */
export interface Owner {
  id: string | null;
  name: string;
  specialty: string;
}

/** Those of whom every typed word begins a word of the name or specialty, as they come. */
export function matching(people: readonly Owner[], typed: string): Owner[] {
  const words = typed.toLowerCase().split(/[\s,]+/).filter((word) => word !== '');
  const begins = ({ name, specialty }: Owner, word: string): boolean => `${name} ${specialty}`.toLowerCase().split(/[\s,-]+/).some((part) => part.startsWith(word));
  return people.filter((one) => words.every((word) => begins(one, word)));
}

/** The one who is called so; null where nobody is, or several are. */
export function called(people: readonly Owner[], name: string): string | null {
  const same = people.filter((one) => one.id !== null && one.name.toLowerCase() === name.trim().toLowerCase());
  return same.length === 1 ? (same[0]?.id ?? null) : null;
}
