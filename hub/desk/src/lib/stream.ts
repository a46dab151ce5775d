/** The hub's event stream, kept open: resumes by itself, notices silence, starts anew if need be. */

const SILENCE_MS = 15_000; // three beats of the hub
const RETRY_MS = 3_000;

export type Listeners = {
  /** Connected; `again` when it had been connected before. */
  opened(again: boolean): void;
  lost(): void;
  /** The hub does not answer with a stream. */
  refused(): void;
  /** Every event with its name, decoded data and the last id that the hub gave. */
  received(event: string, data: unknown, id: string): void;
};

/** Follow what `address` says at each new connection, until the returned function is called. */
export function follow(
  address: () => string,
  events: readonly string[],
  listeners: Listeners,
): () => void {
  let source: EventSource | null = null;
  let opened = false;
  let timer = 0;

  const again = (delay: number): void => {
    clearTimeout(timer);
    timer = setTimeout(restart, delay);
  };

  function restart(): void {
    source?.close();
    listeners.lost();
    connect();
  }

  function connect(): void {
    source = new EventSource(address());
    again(SILENCE_MS);
    source.onopen = () => {
      again(SILENCE_MS);
      listeners.opened(opened);
      opened = true;
    };
    source.onerror = () => {
      listeners.lost();
      // The browser resumes a broken stream with Last-Event-ID, but gives up on a refusal.
      if (source?.readyState !== EventSource.CLOSED) return;
      listeners.refused();
      again(RETRY_MS);
    };
    for (const event of events) {
      source.addEventListener(event, (message: MessageEvent<string>) => {
        again(SILENCE_MS);
        listeners.received(event, JSON.parse(message.data), message.lastEventId);
      });
    }
  }

  connect();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}
