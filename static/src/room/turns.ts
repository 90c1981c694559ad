/** At most so many a second, the newest always, the last never lost. */
export class Turns<T> {
  private next: T | undefined;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private sentAt = -Infinity;

  constructor(
    perSecond: number,
    private readonly send: (value: T) => void,
    private readonly now = (): number => performance.now(),
  ) {
    this.pause = 1000 / perSecond;
  }

  private readonly pause: number;

  put(value: T): void {
    this.next = value;
    if (this.timer === null) this.timer = setTimeout(() => this.go(), Math.max(0, this.sentAt + this.pause - this.now()));
  }

  drop(): void {
    this.next = undefined;
  }

  private go(): void {
    this.timer = null;
    if (this.next === undefined) return;
    const value = this.next;
    this.next = undefined;
    this.sentAt = this.now();
    this.send(value);
  }
}
