import { describe, expect, it } from 'vitest';
import { matters, missing } from './completeness';
import { readDay, workingDaysAfter } from './days';
import type { FormDefinition, Values } from './form';
import { sentence } from './sentence';
import shared from '../../../tests/cases/outcome.json';

interface Shared {
  day: string;
  form: FormDefinition;
  cases: { name: string; form: Values; missing: { name: string; say: string }[]; sentence: string }[];
}

const { day, form, cases } = shared as unknown as Shared;

describe('the rules of an outcome, the same here and on the server', () => {
  it.each(cases)('$name', (one) => {
    expect(missing(form, one.form, day)).toEqual(one.missing);
    expect(sentence(form, one.form)).toBe(one.sentence);
  });
});

describe('which fields a decision needs', () => {
  const shown = (values: Values): string[] => form.fields.map(({ name }) => name).filter((name) => matters(form, values, name));

  it('asks for a plan only when one is decided', () => {
    expect(shown({ decision: 'recommend' })).toEqual(expect.arrayContaining(['intent', 'treatments', 'rationale']));
    expect(shown({ decision: 'defer' })).not.toContain('intent');
    expect(shown({ decision: 'defer' })).toContain('deferral_reason');
  });

  it('lets people write before anything is decided', () => {
    expect(shown({})).toEqual(['decision', 'rationale', 'responsible', 'actions', 'views_known', 'tell_who', 'tell_by']);
  });

  it('never hides what is filled', () => {
    expect(shown({ decision: 'defer', intent: 'C' })).toContain('intent');
  });

  it('asks why nothing is done when nothing active is intended', () => {
    expect(shown({ decision: 'recommend', intent: 'X' })).toContain('no_treatment_reason');
    expect(shown({ decision: 'recommend', intent: 'C' })).not.toContain('no_treatment_reason');
  });
});

describe('days', () => {
  it('suggests working days and skips the weekend', () => {
    expect(workingDaysAfter('2026-11-24', 2)).toBe('2026-11-26'); // Tuesday to Thursday
    expect(workingDaysAfter('2026-11-26', 2)).toBe('2026-11-30'); // Thursday to Monday
    expect(workingDaysAfter('2026-11-28', 1)).toBe('2026-11-30'); // Saturday to Monday
  });

  it('reads a day aloud', () => {
    expect(readDay('2026-02-01')).toBe('Sun 1 Feb 2026');
  });
});
