import * as api from './api.js';
import { announce, byId, el, showError } from './dom.js';
import { PREVIEW_EVERY } from './recipes.js';

const NUMBERS = ['num_inference_steps', 'guidance_scale', 'seed', 'num_images_per_prompt', 'width', 'height'];

/** The form for a new picture. `submit` posts a request and throws what the server refuses. */
export function composer(submit) {
  const form = byId('compose');
  const place = byId('compose-error');
  const fields = [...form.querySelectorAll('[name]')];
  const button = form.querySelector('button[type=submit]');

  // On a small screen the pictures come first.
  byId('fine').open = matchMedia('(min-width: 56rem)').matches;
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      form.requestSubmit();
    }
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    complain(null);
    button.disabled = true;
    try {
      await submit(request());
      announce('Sent. The picture will appear on the table.');
    } catch (refusal) {
      complain(refusal);
    } finally {
      button.disabled = false;
    }
  });

  function request() {
    const values = {};
    for (const { name, value } of fields) {
      if (value.trim() !== '') {
        values[name] = NUMBERS.includes(name) ? Number(value) : value.trim();
      }
    }
    values.preview_every = PREVIEW_EVERY;
    return values;
  }

  /** Each problem at its field, the rest together. */
  function complain(refusal) {
    fields.forEach((field) => field.removeAttribute('aria-invalid'));
    const lines = (refusal?.problems ?? []).map(({ field, message }) => {
      const input = fields.find(({ name }) => name === field);
      input?.setAttribute('aria-invalid', 'true');
      return `${input?.closest('.field').firstElementChild.textContent ?? field}: ${message}`;
    });
    showError(place, refusal && (lines.join('\n') || refusal.message));
    const wrong = fields.find((field) => field.hasAttribute('aria-invalid'));
    if (wrong) {
      byId('fine').open ||= byId('fine').contains(wrong);
      wrong.focus();
    }
  }

  const select = form.elements.model;

  function size({ width, height, size_multiple: multiple }) {
    for (const [name, value] of Object.entries({ width, height })) {
      form.elements[name].placeholder = value ?? '';
      form.elements[name].step = multiple ?? 8;
    }
  }

  return {
    async load() {
      const list = await api.models();
      select.replaceChildren(...list.map((model) => el('option', {
        value: model.name,
        textContent: model.problem ? `${model.name} (cannot be used)` : model.name,
        disabled: Boolean(model.problem),
        selected: model.default,
      })));
      const chosen = () => size(list.find(({ name }) => name === select.value) ?? {});
      select.onchange = chosen;
      chosen();
    },
  };
}
