/* The pages of charrnn: the report of one run, the comparison of several, and a text
   coloured by surprisal. The data decides which; it is in the element #data.

   The files in this directory are one script, in the order that Page has: what one
   declares the others see, and nothing else does.

   render() may be called again at any time: when data arrives from a running training,
   when a switch is used, when the colour scheme changes, before printing. keep() returns
   the same element each time and show() changes its content only where it differs, so
   that focus, scroll position, selections and open details survive. */

const root = document.documentElement;
const main = document.getElementById('main');
const charts = new Map();                          // canvas → Chart
const view = {unit: 'nats', x: 'steps', range: 'fitted', curve: null, temperature: null, without: new Set()};
let data = null;

// ---------------------------------------------------------------- numbers in words

const has = value => value !== null && value !== undefined;
const number = (value, digits = 0) => new Intl.NumberFormat('en-US',
  {minimumFractionDigits: digits, maximumFractionDigits: digits}).format(value);
const plain = value => new Intl.NumberFormat('en-US', {maximumSignificantDigits: 6}).format(value);
const fixed = (value, digits = 2) => has(value) ? number(value, digits) : '–';
// a share just below one must not read as all of them
const percent = share => share < 1 && share > 0.9995 ? '>99.9%' : fixed(100 * share, 1) + '%';
const signed = value => fixed(value).replace('-', '−');
const small = value => has(value) ? (value === 0 ? '0' : value.toExponential(1)) : '–';
const bits = nats => nats / Math.LN2;
const several = (count, word) => `${number(count)} ${word}${count === 1 ? '' : 's'}`;
/** What bits per character mean: the one place that says so. */
const inChoices = nats => `on average the network is as uncertain as a choice among ${fixed(Math.exp(nats), 1)} characters`;

function duration(seconds) {
  if (seconds < 59.95) return `${number(seconds, seconds < 10 ? 1 : 0)}\u00a0s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 10) return `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

// ---------------------------------------------------------------- elements

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
  node.append(...children.flat().filter(has));
  return node;
}

/** The child of this key, made the first time. Keys are asked for in the order of the page. */
function keep(parent, key, tag, attributes) {
  const found = [...parent.children].find(child => child.dataset.key === key);
  if (found) return found;
  const node = el(tag, {...attributes, 'data-key': key});
  parent.append(node);
  return node;
}

/** Sets the content of a node, which stays untouched if it is that already. */
function show(node, ...children) {
  const next = node.cloneNode(false);
  next.append(...children.flat().filter(has));
  if (!node.isEqualNode(next)) node.replaceChildren(...next.childNodes);
  return node;
}

/** keep() and show() for what is not always there: hidden if there are no children. */
function part(parent, key, tag, attributes, ...children) {
  const node = keep(parent, key, tag, attributes);
  const content = children.flat().filter(has);
  node.hidden = content.length === 0;
  return show(node, content);
}

// Control, bidi and line separator characters, byte order marks and lone surrogates would
// be invisible or would change the text around them, so they are shown by picture or number.
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]/u;

function picture(character) {
  const code = character.codePointAt(0);
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`;
}

/** The text as nodes, safe to show: what is hidden becomes a muted span. */
function legible(text) {
  const fragment = document.createDocumentFragment();
  let run = '';
  for (const character of String(text)) {
    if (!HIDDEN.test(character)) {
      run += character;
    } else {
      fragment.append(run, el('span', {class: 'control'}, picture(character)));
      run = '';
    }
  }
  fragment.append(run);
  return fragment;
}

const name = text => el('bdi', null, legible(text));
const oneLine = text => legible(text.replace(/\n/g, '↵'));
const quote = text => el('bdi', {class: 'quote'}, '“', oneLine(text), '”');
/** A text in a pre. Lists of names and the like go into columns. */
function passage(...content) {
  const pre = el('pre', {class: 'text', dir: 'auto'}, ...content);
  const lines = pre.textContent.split('\n');
  if (lines.length > 8 && lines.filter(line => line.length > 20).length < lines.length / 10) pre.classList.add('list');
  return pre;
}

const written = new WeakMap();                     // pre → its text as it is, without pictures

/** A button that copies a text, which is shown in a pre of the same figure or article. */
const copies = what => el('button', {type: 'button', class: 'take', 'data-take': 'text', 'aria-label': `Copy ${what}`}, 'Copy');

function remembered(pre, text) {
  written.set(pre, text);
  return pre;
}

/** A character in a table cell, where white space must be named. */
const character = text => text === ' ' ? 'space' : text === '\n' ? 'line feed' : text === '\t' ? 'tab' : name(text);

const NUMERIC = /^[-−–>]?[\d,.]*(e[-+]\d+)?%?$/;

/** A table in a region of its own, which scrolls sideways on narrow screens; the first
    column heads the rows. `stressed` says of the index of a row whether to stress it. */
function table(caption, heads, rows, stressed = () => false) {
  const aligned = (cell, attributes) => typeof cell === 'string' && NUMERIC.test(cell) ? {...attributes, class: 'num'} : attributes;
  const cells = (row, index) => el('tr', stressed(index) ? {class: 'stressed'} : null, row.map((cell, column) =>
    el(column ? 'td' : 'th', aligned(cell, column ? {} : {scope: 'row'}), cell)));
  const first = rows[0] || [];
  return el('div', {class: 'tabled'}, el('p', {class: 'hint'}, 'This table is wider than the page: scroll it sideways.'),
    el('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption},
      el('table', null, el('caption', null, el('span', null, caption)),
        el('thead', null, el('tr', null, heads.map((head, column) => el('th', aligned(first[column], {scope: 'col'}), head)))),
        el('tbody', null, rows.map(cells)))),
    tools(`of the table: ${caption}`, ['Copy as', 'Markdown', 'LaTeX'], ['Save as', 'CSV']));
}

/** Details whose content is made when they are open only. On paper are those opened, and those of the class printed. */
function details(parent, key, summary, make, attributes = {}) {
  const node = keep(parent, key, 'details', attributes);
  node.hidden = !make;
  if (!make) return;
  show(keep(node, 'summary', 'summary'), summary);
  const body = keep(node, 'body', 'div');
  node.ontoggle = () => {
    if (node.open) show(body, make());
    hint();
  };
  node.ontoggle();
}

/** A radio group; options are [value, label] and `field` is the field of view it sets. */
function choice(parent, field, legend, options) {
  const group = keep(parent, field, 'fieldset', {class: 'choice'});
  if (!group.firstChild) {
    group.append(el('legend', null, legend), ...options.map(([value, label]) => {
      const input = el('input', {type: 'radio', name: field, value});
      input.onchange = () => { view[field] = value; render(); };
      return el('label', null, input, label);
    }));
  }
  for (const input of group.querySelectorAll('input')) input.checked = input.value === view[field];
}

function facts(title, pairs) {
  const shown = pairs.filter(pair => has(pair[1]));
  return shown.length === 0 ? null : el('div', null, title && el('h3', null, title), el('dl', null,
    shown.map(([term, value, kind]) => el('div', kind ? {class: 'long'} : null, el('dt', null, term), el('dd', kind ? {class: kind} : null, value)))));
}

/** At most `count` of the indices below `length`, evenly spaced, with the first and the last. */
function evenly(length, count) {
  const chosen = Math.min(length, count);
  return Array.from({length: chosen}, (_, i) => chosen === 1 ? 0 : Math.round(i * (length - 1) / (chosen - 1)));
}
