import { describe, expect, it } from 'vitest';
import { called, matching } from './owners';

const people = [
  { id: 'a', name: 'Dr Anne O’Neill', specialty: 'Clinical oncologist' },
  { id: 'b', name: 'Mr Łukasz Wójcik', specialty: 'Colorectal surgeon' },
  { id: 'c', name: 'Dr Patel', specialty: 'Radiologist' },
  { id: 'd', name: 'Dr Patel', specialty: 'Pathologist' },
  { id: null, name: 'Guest Surgeon', specialty: '' },
];
const found = (typed: string): (string | null)[] => matching(people, typed).map(({ id }) => id);

describe('owners of actions', () => {
  it('are found by the beginnings of their names and of what they are', () => {
    expect(found('wój')).toEqual(['b']);
    expect(found('surg')).toEqual(['b', null]);
    expect(found('patel rad')).toEqual(['c']);
    expect(found('')).toHaveLength(5);
    expect(found('neill')).toEqual([]);
    expect(found('stoma service')).toEqual([]);
  });

  it('are known by a name that only one person of the team has', () => {
    expect(called(people, ' mr łukasz wójcik ')).toBe('b');
    expect(called(people, 'Dr Patel')).toBeNull();
    expect(called(people, 'Guest Surgeon')).toBeNull();
    expect(called(people, 'Stoma service')).toBeNull();
  });
});
