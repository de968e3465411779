/**
 * The jobs on the table. Each is {id, status, step, steps, eta, preview, request, data}: `request` as far as it was made
 * here, `data` that of the terminal event. Events, answers and lists may come in any order; what has ended stays so.
 */
const MOST = 200;
const KEPT = 'darkroom-requests';
const ENDED = new Set(['completed', 'failed', 'canceled']);

export const ended = (job) => ENDED.has(job.status);

export class Jobs {
  #jobs = new Map();
  #changed;

  /** @param changed called with (job, isNew), and with (job, false, true) where a job leaves the table */
  constructor(changed) {
    this.#changed = changed;
  }

  get size() {
    return this.#jobs.size;
  }

  get(id) {
    return this.#jobs.get(id);
  }

  all() {
    return [...this.#jobs.values()];
  }

  /** A request was taken by the server. */
  submitted(id, request) {
    remember(id, request);
    this.#update(id, { request });
  }

  /** A state as the server tells it. */
  told(state) {
    const { id, status } = state;
    this.#update(id, ENDED.has(status)
      ? { status, data: state, preview: null }
      : { status, step: state.step, steps: state.steps, eta: state.eta_ms });
  }

  event(kind, data) {
    if (ENDED.has(kind)) {
      this.told(data);
    } else {
      const change = { status: 'running', step: data.step ?? 0, steps: data.steps, eta: data.eta_ms, phase: data.phase };
      if (data.preview) {
        change.preview = `data:${data.preview.media_type};base64,${data.preview.base64}`;
      }
      this.#update(data.id, change);
    }
  }

  #update(id, change) {
    const known = this.#jobs.get(id);
    const job = known ?? { id, status: 'queued', request: recall(id) };
    if (known && ended(known)) {
      delete change.status;
      delete change.preview;
      change.data = known.data;
    } else if (known?.status === 'running' && change.status === 'queued') {
      return; // a list that was made before the job began
    }
    const defined = Object.entries(change).filter(([, value]) => value !== undefined);
    Object.assign(job, Object.fromEntries(defined));
    this.#jobs.set(id, job);
    this.#changed(job, !known, false);
    if (this.#jobs.size > MOST) {
      const [oldest] = this.all().filter(ended);
      if (oldest) {
        this.#jobs.delete(oldest.id);
        this.#changed(oldest, false, true);
      }
    }
  }
}

/** What was asked for here is known after a reload too, until the job tells itself. */
function remember(id, request) {
  try {
    const kept = Object.entries(JSON.parse(sessionStorage.getItem(KEPT) ?? '{}')).slice(-49);
    sessionStorage.setItem(KEPT, JSON.stringify({ ...Object.fromEntries(kept), [id]: request }));
  } catch {
    // no storage, or full: prompts of waiting jobs are then not shown after a reload
  }
}

function recall(id) {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? '{}')[id] ?? null;
  } catch {
    return null;
  }
}
