import { pictureUrl } from './api.js';
import { el, shown } from './dom.js';
import { ended } from './jobs.js';

/** What a job is about, as far as it is known. */
export function promptOf(job) {
  const known = job.data?.parameters ?? job.request ?? {};
  const text = Array.isArray(known.prompt) ? known.prompt.join(' ') : known.prompt;
  return text || (known.class_labels ? `class ${shown(known.class_labels)}` : `job ${job.id}`);
}

/** A finished job's buttons, for all of its pictures or one. */
export function actions(job, which, { another, sweep, edit }) {
  const button = (text, handler) => el('button', { type: 'button', className: 'quiet', textContent: text, onclick: handler });
  const parameters = job.data.parameters;
  const buttons = [button('Another seed', () => another(job, which))];
  if ('guidance_scale' in parameters || parameters.sweep?.guidance_scale) {
    buttons.push(button('Sweep guidance', () => sweep(job, which)));
  }
  if ('prompt' in parameters || parameters.sweep?.prompt) {
    buttons.push(button('Edit', () => edit(job, which ?? 0)));
  }
  return buttons;
}

/** The job's place on the table; `update` redraws it where something has changed. */
export function card(job, handlers) {
  const frame = el('div', { className: 'frames' });
  const caption = el('p', { className: 'caption' });
  const note = el('p', { className: 'note' });
  const bar = el('progress', { max: 1, value: 0 });
  const buttons = el('div', { className: 'actions' });
  const item = el('li', { className: 'job' }, frame, bar, caption, note, buttons);
  let drawn = '';

  function developing() {
    let picture = frame.querySelector('img');
    if (!picture) {
      frame.replaceChildren(el('div', { className: 'frame' }, el('img', { className: 'preview', alt: '' })));
      picture = frame.querySelector('img');
      shape(frame.firstElementChild, job.request?.width, job.request?.height);
      buttons.replaceChildren(el('button', {
        type: 'button', className: 'quiet', textContent: 'Cancel', onclick: () => handlers.cancel(job),
        'aria-label': `Cancel ${promptOf(job)}`,
      }));
    }
    if (job.preview) {
      picture.src = job.preview;
    }
    picture.hidden = !job.preview;
    bar.hidden = false;
    bar.setAttribute('aria-label', `Progress of ${promptOf(job)}`);
    if (job.status === 'running' && job.steps) {
      bar.max = job.steps;
      bar.value = job.step ?? 0;
    }
    note.textContent = job.canceling ? 'Canceling' : progressOf(job);
  }

  function finished() {
    const outputs = job.data.outputs ?? [];
    bar.hidden = true;
    frame.replaceChildren(...outputs.map((output, which) => print(job, output, which, handlers)));
    item.classList.toggle('strip', outputs.length > 1);
    if (job.status === 'completed') {
      note.textContent = summaryOf(job);
      buttons.replaceChildren(...actions(job, outputs.length > 1 ? null : 0, handlers));
    } else {
      note.textContent = job.status === 'failed' ? `Failed: ${job.data.error?.message}` : 'Canceled';
      note.classList.toggle('error', job.status === 'failed');
      buttons.replaceChildren();
      if (!outputs.length) {
        frame.replaceChildren(el('div', { className: 'frame blank', 'aria-hidden': 'true' }));
      }
    }
  }

  return {
    item,
    update() {
      item.dataset.status = job.status;
      caption.textContent = promptOf(job);
      if (!ended(job)) {
        developing();
      } else if (drawn !== job.status) {
        finished();
      }
      drawn = job.status;
    },
  };
}

/** One picture: a button that shows it large. */
function print(job, output, which, handlers) {
  const swept = Object.entries(output.sweep ?? {}).map(([name, value]) => `${plain(name)} ${shown(value)}`).join(', ');
  const picture = el('img', {
    src: pictureUrl(job.id, which), alt: '', loading: 'lazy', decoding: 'async', width: output.width, height: output.height,
  });
  const button = el('button', {
    type: 'button', className: 'frame', onclick: () => handlers.view(job, which),
    'aria-label': `Look at ${promptOf(job)}${swept ? `, ${swept}` : job.data.outputs.length > 1 ? `, picture ${which + 1}` : ''}`,
  }, picture);
  shape(button, output.width, output.height);
  return swept
    ? el('figure', {}, button, el('figcaption', { textContent: swept }))
    : button;
}

function shape(frame, width, height) {
  frame.style.aspectRatio = width && height ? `${width} / ${height}` : '1';
}

const plain = (name) => name.replace('_scale', '').replace('num_inference_', '').replaceAll('_', ' ');

function progressOf(job) {
  if (job.status === 'queued') {
    return 'Waiting';
  }
  const phase = job.phase && job.phase !== 'denoise' ? `${job.phase.replaceAll('_', ' ')}, ` : '';
  const left = job.eta > 1500 ? `, ${Math.round(job.eta / 1000)} s left` : '';
  return job.steps ? `${phase}step ${job.step ?? 0} of ${job.steps}${left}` : 'Developing';
}

function summaryOf(job) {
  const { seed, num_inference_steps: steps, guidance_scale: guidance } = job.data.parameters;
  return [
    seed === undefined ? null : `seed ${shown(seed)}`,
    steps === undefined ? null : `${steps} steps`,
    guidance === undefined ? null : `guidance ${shown(guidance)}`,
    job.data.parameters.inversion ? 'edited' : null,
  ].filter(Boolean).join('  ·  ');
}
