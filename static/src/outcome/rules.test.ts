import { describe, expect, it } from 'vitest';
import { matters, missing } from './completeness';
import { readDay, workingDaysAfter } from './days';
import type { FormDefinition, Values } from './form';
import { sentence } from './sentence';
import shared from '../../../tests/cases/outcome.json';

interface Shared {
  day: string;
  forms: Record<string, FormDefinition>;
  cases: { name: string; on?: string; form: Values; missing: { name: string; say: string }[]; sentence: string }[];
}

const { day, forms, cases } = shared as unknown as Shared;
const form = forms['core-1'] as FormDefinition;
const colorectal = forms['core-2+colorectal-1'] as FormDefinition;

describe('the rules of an outcome, the same here and on the server', () => {
  it.each(cases)('$name', (one) => {
    const on = forms[one.on ?? 'core-1'] as FormDefinition;
    expect(missing(on, one.form, day)).toEqual(one.missing);
    expect(sentence(on, one.form)).toBe(one.sentence);
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

describe('which facts a site asks for', () => {
  const shown = (values: Values): string[] => colorectal.fields.map(({ name }) => name).filter((name) => matters(colorectal, values, name));

  it('asks for the rectal margin of a rectal tumour alone', () => {
    expect(shown({})).not.toContain('crm');
    expect(shown({ site: 'right' })).not.toContain('crm');
    expect(shown({ site: 'rectum' })).toEqual(expect.arrayContaining(['height_mm', 'crm', 'emvi']));
    expect(shown({ site: 'right' })).toContain('emergency');
  });

  it('asks for T, N and M once the tumour is staged, and before anything is decided', () => {
    expect(shown({})).toEqual(expect.arrayContaining(['ps', 'site', 'staged']));
    expect(shown({})).not.toContain('ct');
    expect(shown({ staged: 'yes' })).toEqual(expect.arrayContaining(['ct', 'cn', 'cm', 'edition']));
    expect(shown({ staged: 'no' })).toContain('not_staged_why');
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
