/** Asks every two seconds whether somebody who waits in the lobby has been admitted, and then opens the room. */

const EVERY = 2000;

export function waitInLobby(place: HTMLElement): void {
  const { lobby = '', room = '' } = place.dataset;
  const ask = async (): Promise<void> => {
    try {
      const response = await fetch(lobby, { headers: { Accept: 'application/json' } });
      if (response.ok) {
        const { state } = (await response.json()) as { state: string | null };
        if (state === 'admitted') return location.assign(room);
        if (state !== 'waiting') return location.reload();
      } else if (response.status === 404 || response.status === 401) return location.reload();
    } catch {
      // the line is down: ask again
    }
    setTimeout(() => void ask(), EVERY);
  };
  setTimeout(() => void ask(), EVERY);
}
