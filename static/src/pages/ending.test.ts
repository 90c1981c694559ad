import { describe, expect, it } from 'vitest';
import { Watch } from './ending';

const HOUR = 3600;

describe('the end of a sign-in that nobody uses', () => {
  it('is asked about five minutes before, and not earlier', () => {
    const watch = new Watch(0, HOUR);
    expect(watch.next(HOUR - 301)).toBeNull();
    expect(watch.next(HOUR - 300)).toBe('ask');
  });

  it('is put off by a touch, told at most every five minutes', () => {
    const watch = new Watch(0, HOUR);
    watch.touch();
    expect(watch.next(60)).toBeNull();
    expect(watch.next(300)).toBe('stay');
    watch.heard(300, HOUR);
    watch.touch();
    expect(watch.next(400)).toBeNull();
    expect(watch.next(600)).toBe('stay');
    expect(watch.next(601)).toBeNull();
  });

  it('is put off at once by somebody who comes back in the last minutes', () => {
    const watch = new Watch(0, HOUR);
    watch.touch();
    expect(watch.next(HOUR - 10)).toBe('stay');
  });

  it('moves with what the server says, whoever told it', () => {
    const watch = new Watch(0, HOUR);
    watch.heard(HOUR - 100, HOUR);
    expect(watch.left(HOUR)).toBe(HOUR - 100);
    expect(watch.next(HOUR)).toBeNull();
  });
});
