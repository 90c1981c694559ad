import { expect, test } from 'vitest';
import { TypingHands } from './keys';

test('what hands type on into a field that is gone is no command, until they pause', () => {
  let now = 0;
  const field = { isConnected: true };
  const hands = new TypingHands(() => now);
  expect(hands.goOn).toBe(false);
  hands.typed(field as unknown as Node);
  expect(hands.goOn).toBe(false); // the field is there: leaving it by hand is leaving it
  field.isConnected = false;
  for (let key = 0; key < 10; key += 1) {
    now += 400;
    expect(hands.goOn).toBe(true);
  }
  now += 2000;
  expect(hands.goOn).toBe(false);
});

test('a press of the mouse is a new beginning', () => {
  const hands = new TypingHands(() => 0);
  hands.typed({ isConnected: false } as unknown as Node);
  hands.rest();
  expect(hands.goOn).toBe(false);
});
