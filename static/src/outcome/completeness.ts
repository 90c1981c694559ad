/** What an outcome still lacks before it can be signed: the server's rules, asked here at every keystroke. */

import { actionsOf, chosen, fieldOf, isEmpty, type Action, type FormDefinition, type Rule, type Values } from './form';

export interface Missing {
  name: string;
  say: string;
}

/** In the order of the form. `day` is the day of the meeting. */
export function missing(form: FormDefinition, values: Values, day: string): Missing[] {
  const found = form.rules.filter((rule) => applies(form, rule, values) && !holds(form, rule, values)).map(({ name, say }) => ({ name, say }));
  found.push(...unfinished(actionsOf(values), day).map((say) => ({ name: 'actions', say })));
  const told = values['tell_by'];
  if (typeof told === 'string' && told < day) found.push({ name: 'tell_by', say: 'The patient cannot be told before the meeting.' });
  const place = new Map(form.fields.map(({ name }, at) => [name, at]));
  return found.sort((a, b) => (place.get(a.name) ?? 0) - (place.get(b.name) ?? 0));
}

/**
 * Whether a field has something to say here: it is filled, or some rule wants it so. What is free text is there before
 * anything is decided, and so is every fact: what a rule asks of later fields does not hide an earlier one.
 */
export function matters(form: FormDefinition, values: Values, name: string): boolean {
  if (!isEmpty(values[name])) return true;
  const own = form.rules.filter((rule) => rule.name === name);
  const unless = own.filter((rule) => Object.keys(rule.unless).length > 0);
  // Such as a Breslow thickness where there is no melanoma.
  if (unless.some((rule) => applies(form, rule, values))) return false;
  const wanted = own.filter(({ must }) => must === 'fill');
  if (wanted.length === 0 || unless.length > 0) return true;
  const place = new Map(form.fields.map((field, at) => [field.name, at]));
  const earlier = (rule: Rule): Rule => ({ ...rule, when: Object.fromEntries(Object.entries(rule.when).filter(([on]) => (place.get(on) ?? 0) < (place.get(name) ?? 0))) });
  const early = isEmpty(values['decision']) && fieldOf(form, name).codes.length === 0;
  return wanted.some((rule) => applies(form, earlier(rule), values) || (early && Object.keys(rule.when).every((on) => on === 'decision')));
}

function applies(form: FormDefinition, { when, unless }: Rule, values: Values): boolean {
  const areChosen = (asked: Rule['when']): boolean => Object.entries(asked).every(([name, wanted]) => chosen(form, values, name).some((code) => wanted.includes(code)));
  return Object.keys(unless).length > 0 ? !areChosen(unless) : areChosen(when);
}

function holds(form: FormDefinition, { name, must, codes }: Rule, values: Values): boolean {
  if (must === 'fill') return !isEmpty(values[name]);
  if (must === 'empty') return isEmpty(values[name]);
  return chosen(form, values, name).every((code) => codes.includes(code));
}

/** One sentence for each action that lacks something. */
function unfinished(actions: readonly Action[], day: string): string[] {
  return actions.flatMap((action, at) => {
    const lacks = [isEmpty(action.text) && 'what is to be done', isEmpty(action.owner) && 'an owner', isEmpty(action.due) && 'a due date'].filter(Boolean);
    if (lacks.length > 0) return [`Action ${at + 1} lacks ${lacks.join(' and ')}.`];
    return action.due !== null && action.due < day ? [`Action ${at + 1} is due before the meeting.`] : [];
  });
}
