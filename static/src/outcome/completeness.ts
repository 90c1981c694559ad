/** What an outcome still lacks before it can be signed: the server's rules, asked here at every keystroke. */

import { actionsOf, chosen, fieldOf, isEmpty, type Action, type FormDefinition, type Rule, type Values } from './form';

export interface Missing {
  name: string;
  say: string;
}

/** In the order of the form. `day` is the day of the meeting. */
export function missing(form: FormDefinition, values: Values, day: string): Missing[] {
  const found = form.rules.filter((rule) => applies(rule, values) && !holds(rule, values)).map(({ name, say }) => ({ name, say }));
  found.push(...unfinished(actionsOf(values), day).map((say) => ({ name: 'actions', say })));
  const told = values['tell_by'];
  if (typeof told === 'string' && told < day) found.push({ name: 'tell_by', say: 'The patient cannot be told before the meeting.' });
  const place = new Map(form.fields.map(({ name }, at) => [name, at]));
  return found.sort((a, b) => (place.get(a.name) ?? 0) - (place.get(b.name) ?? 0));
}

/** Whether a field has something to say here: it is filled, or some rule wants it so. What is free text is there before anything is decided. */
export function matters(form: FormDefinition, values: Values, name: string): boolean {
  if (!isEmpty(values[name])) return true;
  const wanted = form.rules.filter((rule) => rule.name === name && rule.must === 'fill');
  const early = isEmpty(values['decision']) && fieldOf(form, name).codes.length === 0;
  return wanted.length === 0 || wanted.some((rule) => applies(rule, values) || (early && Object.keys(rule.when).every((on) => on === 'decision')));
}

function applies({ when }: Rule, values: Values): boolean {
  return Object.entries(when).every(([name, wanted]) => chosen(values, name).some((code) => wanted.includes(code)));
}

function holds({ name, must, codes }: Rule, values: Values): boolean {
  if (must === 'fill') return !isEmpty(values[name]);
  if (must === 'empty') return isEmpty(values[name]);
  return chosen(values, name).every((code) => codes.includes(code));
}

/** One sentence for each action that lacks something. */
function unfinished(actions: readonly Action[], day: string): string[] {
  return actions.flatMap((action, at) => {
    const lacks = [isEmpty(action.text) && 'what is to be done', isEmpty(action.owner) && 'an owner', isEmpty(action.due) && 'a due date'].filter(Boolean);
    if (lacks.length > 0) return [`Action ${at + 1} lacks ${lacks.join(' and ')}.`];
    return action.due !== null && action.due < day ? [`Action ${at + 1} is due before the meeting.`] : [];
  });
}
