/** Whether somebody is at this screen, and how a page takes its leave. */

const IDLE_AFTER = 120_000;

export function watchPresence(tell: (idle: boolean) => void): void {
  let idle = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const say = (now: boolean): void => {
    if (now !== idle) tell((idle = now));
  };
  const here = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => say(true), IDLE_AFTER);
    say(false);
  };
  for (const event of ['pointermove', 'pointerdown', 'keydown', 'wheel']) window.addEventListener(event, here, { capture: true, passive: true });
  document.addEventListener('visibilitychange', () => (document.hidden ? say(true) : here()));
  here();
}
