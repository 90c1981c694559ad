import { expect, test } from 'vitest';
import type { App } from './app';
import { keyGroups } from './keymap';

/** An app of which anything may be asked and that answers nothing in particular. */
const anything: unknown = new Proxy(() => anything, { get: (_target, name) => (name === Symbol.toPrimitive ? () => '' : anything) });

test('no two acts are on one key', () => {
  const keys = keyGroups(anything as App)
    .flatMap((group) => group.keys)
    .filter(({ key }) => key !== '')
    .map(({ key, shift, control, alt }) => [control ? 'Ctrl' : '', alt ? 'Alt' : '', shift ? 'Shift' : '', key].join(' '));
  expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
});
