import { byId, showError } from './dom.js';

/** What the server refused: its status, its message and the problems of single fields. */
export class Refusal extends Error {
  constructor(status, error) {
    super(error?.message ?? `the server answered ${status}`);
    this.status = status;
    this.problems = error?.problems ?? [];
  }
}

/** Seeds go up to 2^63: a number that JavaScript would round keeps its digits. */
export function parse(text) {
  return JSON.parse(text, (key, value, context) =>
    Number.isInteger(value) && !Number.isSafeInteger(value) && context?.source && JSON.rawJSON
      ? JSON.rawJSON(context.source)
      : value);
}

async function call(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (answer.ok) {
    return text ? parse(text) : null;
  }
  if (answer.status === 401 && path !== '/api/session') {
    await unlock();
    return call(method, path, body);
  }
  let error = null;
  try {
    error = JSON.parse(text).error;
  } catch {
    // no JSON: the status has to do
  }
  throw new Refusal(answer.status, error);
}

export const models = () => call('GET', '/api/models');
export const newest = () => call('GET', '/api/renders?limit=60');
export const render = (id) => call('GET', `/api/renders/${encodeURIComponent(id)}`);
export const status = () => call('GET', '/api/status');
export const submit = (request) => call('POST', '/api/requests', request);
export const cancel = (id) => call('DELETE', `/api/renders/${encodeURIComponent(id)}?reason=canceled+at+the+light+table`);
export const pictureUrl = (id, which) => `/api/renders/${encodeURIComponent(id)}/pictures/${which}`;

let unlocking = null;

/** Asks for the token until it is the right one; whoever needs it meanwhile waits for the same answer. */
function unlock() {
  unlocking ??= new Promise((resolve) => {
    const dialog = byId('token');
    const form = dialog.querySelector('form');
    const place = dialog.querySelector('.error');
    form.onsubmit = async (event) => {
      event.preventDefault();
      try {
        await call('POST', '/api/session', { token: form.elements.token.value });
        form.reset();
        showError(place);
        dialog.close();
        unlocking = null;
        resolve();
      } catch (refusal) {
        showError(place, refusal.message);
        form.elements.token.focus();
      }
    };
    dialog.oncancel = (event) => event.preventDefault();
    dialog.showModal();
  });
  return unlocking;
}
