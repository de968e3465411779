import { pictureUrl } from './api.js';
import { byId, el, showError, shown } from './dom.js';
import { edit, facts, sweepGuidance } from './recipes.js';
import { actions, promptOf } from './cards.js';

/** A dialog with a form: `go` may throw, and what it throws is shown there. */
function ask(id, fill, go) {
  const dialog = byId(id);
  const form = dialog.querySelector('form');
  const place = dialog.querySelector('.error');
  showError(place);
  fill(form.elements);
  form.onsubmit = async (event) => {
    event.preventDefault();
    try {
      await go(form.elements);
      dialog.close();
    } catch (refusal) {
      showError(place, refusal.message);
    }
  };
  form.querySelector('[value=cancel]').onclick = () => dialog.close();
  dialog.showModal();
}

export function askSweep(job, which, submit) {
  ask('sweep', () => {}, async ({ values }) => {
    const numbers = values.value.split(/[\s,;]+/).filter(Boolean).map(Number);
    if (!numbers.length || numbers.some(Number.isNaN)) {
      throw new Error('Expected numbers with commas between them, such as 1, 3, 7.5.');
    }
    await submit(sweepGuidance(job, which, numbers));
  });
}

export function askEdit(job, which, submit) {
  const prompt = promptOf(job);
  byId('edit-picture').src = pictureUrl(job.id, which);
  ask('edit', (fields) => {
    fields.shows.value = prompt;
    fields.prompt.value = prompt;
  }, (fields) => submit(edit(job, which, {
    shows: fields.shows.value.trim(),
    prompt: fields.prompt.value.trim(),
    steps: Number(fields.steps.value),
    guidance: Number(fields.guidance.value),
  })));
}

/** One picture large, with what it was made with. */
export function view(job, which, handlers) {
  const dialog = byId('viewer');
  const output = job.data.outputs[which];
  const picture = byId('viewer-picture');
  picture.src = pictureUrl(job.id, which);
  picture.alt = promptOf(job);
  picture.width = output.width;
  picture.height = output.height;
  // Small pictures are shown larger, but not as if they had more in them.
  picture.style.maxWidth = `${4 * output.width}px`;
  byId('viewer-title').textContent = promptOf(job);
  byId('viewer-facts').replaceChildren(...facts(job, which).map(([name, value]) =>
    el('div', {}, el('dt', { textContent: name }), el('dd', { textContent: shown(value) }))));
  const download = el('a', { className: 'quiet', href: picture.src, download: `${job.id}-${which}`, textContent: 'Save' });
  const leave = Object.fromEntries(Object.entries(handlers).map(([name, handler]) => [name, (...args) => {
    dialog.close();
    handler(...args);
  }]));
  byId('viewer-actions').replaceChildren(...actions(job, which, leave), download);
  dialog.onclick = (event) => event.target === dialog && dialog.close();
  dialog.showModal();
}
