/** Makes an element: properties, attributes (those with a hyphen, and role), then what is in it. Text is only ever text. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.includes('-') || name === 'role') {
      node.setAttribute(name, value);
    } else {
      node[name] = value;
    }
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export const byId = (id) => document.getElementById(id);

/** Tells those who listen instead of look. */
export function announce(text) {
  byId('news').textContent = text;
}

/** Shows a message in a place for errors, or nothing. */
export function showError(place, message) {
  place.textContent = message ?? '';
  place.hidden = !message;
}

/** A value as people read it. */
export function shown(value) {
  if (value === null || value === undefined) {
    return '';
  }
  if (typeof value === 'object') {
    return value.rawJSON ?? JSON.stringify(value);
  }
  return typeof value === 'number' ? String(Math.round(value * 1e6) / 1e6) : String(value);
}
