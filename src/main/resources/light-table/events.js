import { parse } from './api.js';

const KINDS = ['started', 'progress', 'completed', 'failed', 'canceled'];

/**
 * Follows the jobs of all workers. `connected` is told each time that the stream stands, since whatever happened before is
 * to be asked for then; the browser takes a broken stream up again by itself, and this where it gives up.
 */
export function follow({ event, connected, lost }) {
  const source = new EventSource('/api/events');
  source.onopen = connected;
  source.onerror = () => {
    lost();
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(() => follow({ event, connected, lost }), 3000);
    }
  };
  for (const kind of KINDS) {
    source.addEventListener(`io.darkroom.render.${kind}.v1`, (message) => event(kind, parse(message.data)));
  }
}
