import * as api from './api.js';
import { card, promptOf } from './cards.js';
import { composer } from './composer.js';
import { askEdit, askSweep, view } from './dialogs.js';
import { announce, byId } from './dom.js';
import { follow } from './events.js';
import { Jobs, ended } from './jobs.js';
import { withAnotherSeed } from './recipes.js';

const GLANCE_MS = 2000;

const cards = new Map();
const jobs = new Jobs(changed);

const handlers = {
  view: (job, which) => view(job, which, handlers),
  another: (job, which) => tried(() => submit(withAnotherSeed(job, which))),
  sweep: (job, which) => askSweep(job, which, submit),
  edit: (job, which) => askEdit(job, which, submit),
  cancel: (job) => tried(async () => {
    job.canceling = true;
    cards.get(job.id).update();
    try {
      await api.cancel(job.id);
    } catch (refusal) {
      job.canceling = false;
      throw refusal;
    }
  }),
};

async function submit(request) {
  const { id } = await api.submit(request);
  jobs.submitted(id, request);
  scrollTo({ top: matchMedia('(min-width: 56rem)').matches ? 0 : byId('table').offsetTop });
}

async function tried(what) {
  try {
    await what();
  } catch (refusal) {
    announce(refusal.message);
    byId('link').textContent = refusal.message;
  }
}

function changed(job, isNew, gone) {
  if (gone) {
    cards.get(job.id)?.item.remove();
    cards.delete(job.id);
    return;
  }
  if (isNew) {
    const made = card(job, handlers);
    cards.set(job.id, made);
    byId('jobs').prepend(made.item);
  }
  const before = cards.get(job.id).item.dataset.status;
  cards.get(job.id).update();
  if (before && before !== job.status && ended(job)) {
    announce(`${{ completed: 'Finished', failed: 'Failed', canceled: 'Canceled' }[job.status]}: ${promptOf(job)}`);
  }
  byId('empty').hidden = jobs.size > 0;
}

/** Everything as it is now: at the start, and after a broken connection. */
async function catchUp() {
  const list = await api.newest();
  // The oldest first, since each new one goes on top.
  list.reverse().forEach((state) => jobs.told(state));
  byId('empty').hidden = jobs.size > 0;
  for (const job of jobs.all().filter((each) => !ended(each) && !list.some(({ id }) => id === each.id))) {
    api.render(job.id).then((state) => jobs.told(state), () => {});
  }
}

let last = null;

/** The queue and the device. */
async function glance() {
  if (!document.hidden) {
    try {
      const now = await api.status();
      byId('running').textContent = now.running;
      byId('waiting').textContent = now.waiting;
      const count = now.devices.length;
      byId('device-name').textContent = count > 1 ? `${count} devices` : now.devices[0]?.name.toUpperCase() ?? 'Device';
      const busy = now.devices.reduce((sum, { busy_ms: ms }) => sum + ms, 0);
      const passed = last ? (now.uptime_ms - last.uptime) * count : 0;
      if (passed > 0) {
        const share = Math.min(1, Math.max(0, (busy - last.busy) / passed));
        byId('device-busy').textContent = `${Math.round(100 * share)} %`;
      }
      last = { busy, uptime: now.uptime_ms };
      if (now.trouble) {
        byId('link').textContent = `Held up: ${now.trouble}`;
      } else if (byId('link').textContent.startsWith('Held up')) {
        byId('link').textContent = 'Live';
      }
    } catch {
      byId('device-busy').textContent = '–';
    }
  }
  setTimeout(glance, GLANCE_MS);
}

const form = composer(submit);
await tried(form.load);
await tried(catchUp);
glance();
follow({
  event: (kind, data) => jobs.event(kind, data),
  connected: () => {
    byId('link').textContent = 'Live';
    document.body.dataset.link = 'live';
    tried(catchUp);
  },
  lost: () => {
    byId('link').textContent = 'Reconnecting';
    document.body.dataset.link = 'lost';
  },
});
