/** The colours of those who point and draw now: told apart by people who see few colours too, and always beside a name. */

const COLOURS = ['#7df9ff', '#ffd23f', '#ff9ad5', '#a6ff7d', '#ffffff'];

export class PersonColours {
  private readonly held = new Map<string, number>();

  /** A tab's colour, the first that is free; the same for as long as it holds one. */
  of(client: string): string {
    const taken = new Set(this.held.values());
    const at = this.held.get(client) ?? Math.max(0, COLOURS.findIndex((_, index) => !taken.has(index)));
    this.held.set(client, at);
    return COLOURS[at] as string;
  }

  /** Whoever neither points nor draws any more gives theirs back. */
  keep(clients: ReadonlySet<string>): void {
    for (const client of [...this.held.keys()]) if (!clients.has(client)) this.held.delete(client);
  }
}
