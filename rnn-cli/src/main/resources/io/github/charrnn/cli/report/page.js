/* The pages of charrnn: the report of one run, the comparison of several, and a text
   coloured by surprisal. The data decides which; it is in the element #data.

   render() may be called again at any time: when data arrives from a running training,
   when a switch is used, when the colour scheme changes, before printing. keep() returns
   the same element each time and show() changes its content only where it differs, so
   that focus, scroll position, selections and open details survive. */
(() => {
  'use strict';

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
  const passage = (...content) => el('pre', {class: 'text', dir: 'auto'}, ...content);

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
        el('table', null, el('caption', null, caption),
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

  // ---------------------------------------------------------------- charts

  const colour = property => getComputedStyle(root).getPropertyValue('--' + property).trim();

  function axis(title, extra) {
    const {ticks, ...rest} = extra || {};
    return {
      type: 'linear', border: {color: colour('line')}, grid: {color: colour('grid'), tickColor: colour('line')},
      title: {display: Boolean(title), text: title, color: colour('muted')},
      ticks: {color: colour('muted'), maxRotation: 0, includeBounds: false, ...ticks}, ...rest
    };
  }

  function line(label, points, property, extra) {
    return {label, data: points, borderColor: colour(property), backgroundColor: colour(property), borderWidth: 2,
      pointRadius: points.length === 1 ? 3 : 0, pointHoverRadius: 4, clip: {left: 8, top: 0, right: 8, bottom: 0}, ...extra};
  }

  const POINTS = {pointRadius: 3};

  // Lines are told apart by colour and by dashes; from the seventh on, which have a colour of the
  // first six, by markers too.
  const COLOURS = 6;
  const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 2], [12, 5]];
  const MARKERS = [null, 'circle', 'rect', 'triangle'];
  const colourOf = i => `c${1 + i % COLOURS}`;
  const dashesOf = i => DASHES[(i + Math.floor(i / COLOURS)) % DASHES.length];
  const markerOf = i => MARKERS[Math.floor(i / COLOURS) % MARKERS.length];

  function series(label, points, i) {
    const marked = new Set(evenly(points.length, 9).map(at => Math.min(points.length - 1, at + i)));
    return line(label, points, colourOf(i), {borderDash: dashesOf(i),
      ...markerOf(i) ? {pointStyle: markerOf(i), pointRadius: points.map((_, at) => marked.has(at) ? 5 : 0)} : {}});
  }

  /** How series() draws the line of this number, beside its name. */
  function swatch(i) {
    const node = (tag, attributes, ...children) => {
      const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      made.append(...children);
      return made;
    };
    const marker = {circle: 'M15 7a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z', rect: 'M16 3h8v8h-8z', triangle: 'M20 2l5 9h-10z'}[markerOf(i)];
    return node('svg', {class: `swatch ${colourOf(i)}`, width: 40, height: 14, 'aria-hidden': 'true'},
      node('path', {d: 'M0 7h40', 'stroke-dasharray': dashesOf(i).join(' ')}), ...marker ? [node('path', {d: marker})] : []);
  }

  /** The lines as they are drawn, dashes too; single points have their label beside them. */
  function legendItems(chart) {
    return Chart.defaults.plugins.legend.labels.generateLabels(chart).map(item => {
      const {borderDash, borderWidth, showLine} = chart.data.datasets[item.datasetIndex];
      return showLine === false ? null : {...item, lineDash: borderDash, lineWidth: borderWidth};
    }).filter(has);
  }

  /** A chart in a figure. Later calls change its data in place. Without a chart it is hidden. */
  function plot(parent, key, chart) {
    const figure = keep(parent, key, 'figure');
    figure.hidden = !chart;
    if (!chart) return;
    const frame = keep(figure, 'frame', 'div', {class: chart.tall ? 'plot tall' : 'plot'});
    if (chart.rows) frame.style.height = `${4 + (root.classList.contains('printing') ? 1.4 : 2) * chart.rows}rem`;
    const canvas = keep(frame, 'canvas', 'canvas', {role: 'img'});
    canvas.setAttribute('aria-label', chart.label);
    part(figure, 'caption', 'figcaption', {}, chart.caption);
    part(figure, 'tools', 'div', {}, tools('of the chart', ['Save as', 'PNG', 'SVG', 'CSV']));

    Chart.defaults.font.family = colour('sans');
    Chart.defaults.font.size = parseFloat(colour('chart'));
    const options = {
      animation: false, maintainAspectRatio: false, parsing: false, normalized: true, locale: 'en-US',
      devicePixelRatio: root.classList.contains('printing') ? 2 : undefined,
      interaction: {mode: 'nearest', axis: 'x', intersect: false},
      scales: chart.scales,
      ...chart.options,
      plugins: {
        legend: {display: chart.legend !== false, align: 'start', labels: {color: colour('ink'), usePointStyle: true, pointStyle: 'line',
          pointStyleWidth: 36, generateLabels: legendItems}},
        ...(chart.options || {}).plugins
      }
    };
    const drawn = charts.get(canvas);
    if (!drawn) {
      charts.set(canvas, new Chart(canvas, {type: chart.type || 'line', options, plugins: chart.plugins || [],
        data: {labels: chart.labels, datasets: chart.datasets}}));
      return;
    }
    drawn.data.labels = chart.labels;
    drawn.data.datasets = chart.datasets.map(set =>
      Object.assign(drawn.data.datasets.find(old => old.label === set.label) || {}, set));
    drawn.options = options;
    drawn.update('none');
  }

  /** Writes the value at the end of each horizontal bar. */
  const BAR_VALUES = {
    id: 'barValues',
    afterDatasetsDraw(chart) {
      const {ctx} = chart;
      ctx.save();
      ctx.font = `${Chart.defaults.font.size}px ${Chart.defaults.font.family}`;
      ctx.fillStyle = colour('ink');
      ctx.textBaseline = 'middle';
      chart.getDatasetMeta(0).data.forEach((bar, i) => ctx.fillText(fixed(chart.data.datasets[0].data[i].x, 3), bar.x + 6, bar.y));
      ctx.restore();
    }
  };

  /** Writes the label of a data set of one point beside it, on a ground of its own. */
  const POINT_LABELS = {
    id: 'pointLabels',
    afterDatasetsDraw(chart) {
      const {ctx, chartArea} = chart;
      chart.data.datasets.filter(set => set.showLine === false).forEach(set => {
        const {x, y} = chart.getDatasetMeta(chart.data.datasets.indexOf(set)).data[0];
        const text = `${set.label} ${fixed(set.data[0].y)} at step ${number(set.data[0].x)}`;
        ctx.save();
        ctx.font = `600 ${Chart.defaults.font.size}px ${Chart.defaults.font.family}`;
        const half = ctx.measureText(text).width / 2;
        const middle = Math.max(chartArea.left + half + 4, Math.min(chartArea.right - half - 4, x));
        ctx.textAlign = 'center';
        ctx.textBaseline = 'middle';
        ctx.lineWidth = 5;
        ctx.lineJoin = 'round';
        ctx.strokeStyle = colour('paper');
        ctx.fillStyle = colour('ink');
        const away = 1.3 * Chart.defaults.font.size;
        const beside = y + 1.5 * away < chartArea.bottom ? y + away : y - away;
        ctx.strokeText(text, middle, beside);
        ctx.fillText(text, middle, beside);
        ctx.restore();
      });
    }
  };

  /** Writes the number of each line at its end, those that end at the same place one below the other. */
  const END_NUMBERS = {
    id: 'endNumbers',
    afterDatasetsDraw(chart) {
      const {ctx, chartArea: {top, bottom}} = chart;
      const gap = Chart.defaults.font.size;
      const ends = chart.data.datasets.flatMap(({label, borderColor}, i) => {
        const last = chart.getDatasetMeta(i).data.filter(({y}) => y >= top && y <= bottom).pop();
        return last ? [{label, borderColor, x: last.x + 5, y: last.y}] : [];
      }).sort((a, b) => a.y - b.y);
      const near = (a, b) => Math.abs(a.x - b.x) < 3 * gap;
      ends.forEach((end, i) => ends.slice(0, i).filter(above => near(above, end)).forEach(above => { end.y = Math.max(end.y, above.y + gap); }));
      ends.reverse().forEach((end, i) => {
        end.y = Math.min(end.y, bottom);
        ends.slice(0, i).filter(below => near(below, end)).forEach(below => { end.y = Math.min(end.y, below.y - gap); });
      });
      ctx.save();
      ctx.font = `600 ${gap}px ${Chart.defaults.font.family}`;
      ctx.textBaseline = 'middle';
      ctx.lineWidth = 4;
      ctx.lineJoin = 'round';
      ctx.strokeStyle = colour('paper');
      for (const {label, borderColor, x, y} of ends) {
        ctx.fillStyle = borderColor;
        ctx.strokeText(label.split(' ')[0], x, y);
        ctx.fillText(label.split(' ')[0], x, y);
      }
      ctx.restore();
    }
  };

  /** Horizontal bars of bits per character; the rows are {label, nats, strong}. */
  function bars(rows, caption) {
    return {
      type: 'bar', legend: false, rows: rows.length, caption, plugins: [BAR_VALUES],
      label: 'Bar chart, bits per character: ' + rows.map(row => `${row.label} ${fixed(bits(row.nats), 3)}`).join(', ') + '.',
      labels: rows.map(row => row.label),
      datasets: [{label: 'bits per character', data: rows.map((row, i) => ({x: bits(row.nats), y: i})),
        backgroundColor: rows.map(row => colour(row.strong ? 'accent' : 'bar')), barPercentage: 0.8}],
      scales: {
        x: axis('bits per character', {beginAtZero: true}),
        y: axis('', {type: 'category', grid: {display: false}, ticks: {color: colour('ink'), autoSkip: false}})
      },
      options: {indexAxis: 'y', layout: {padding: {right: 4 * Chart.defaults.font.size}}, interaction: {mode: 'nearest', axis: 'y', intersect: false}}
    };
  }

  const points = (xs, ys, factor, xFactor = 1) => xs.map((x, i) => ({x: x * xFactor, y: has(ys[i]) ? ys[i] * factor : NaN}));

  /** The range of y that shows the later part of the lines well: a loss starts several times
      as high as it ends, and the single points of a noisy one stray far. */
  function fit(lines) {
    const xs = lines.flatMap(points => points.map(point => point.x));
    const [first, last] = [xs.reduce((a, b) => Math.min(a, b), Infinity), xs.reduce((a, b) => Math.max(a, b), -Infinity)];
    let [low, high] = [Infinity, -Infinity];
    for (const points of lines) {
      const late = points.filter(point => point.x >= first + 0.05 * (last - first)).map(point => point.y)
        .filter(Number.isFinite).sort((a, b) => a - b);
      if (late.length === 0) continue;
      low = Math.min(low, late[Math.round(0.005 * (late.length - 1))]);
      high = Math.max(high, late[Math.round(0.995 * (late.length - 1))]);
    }
    if (low > high) return {last: 1};            // no finite value at all
    const margin = 0.05 * (high - low) || 0.05 * high || 1;
    return {min: Math.max(0, low - margin), max: high + margin, last: last || 1};
  }

  /** The range of y that shows all of the lines. */
  function whole(lines) {
    const all = lines.flat().filter(({y}) => Number.isFinite(y));
    if (all.length === 0) return {last: 1};
    const reduced = (best, value) => all.reduce((a, point) => best(a, value(point)), value(all[0]));
    const [low, high] = [reduced(Math.min, point => point.y), reduced(Math.max, point => point.y)];
    const margin = 0.05 * (high - low) || 0.05 * high || 1;
    return {min: Math.max(0, low - margin), max: high + margin, last: reduced(Math.max, point => point.x) || 1};
  }

  const RANGES = [['fitted', 'fitted to the later part'], ['whole', 'the whole run']];
  const rangeOf = lines => view.range === 'whole' ? whole(lines) : fit(lines);

  /** A line in words, for those who do not see it. */
  function inWords(points, what) {
    const shown = points.filter(point => Number.isFinite(point.y));
    if (shown.length === 0) return '';
    const low = shown.reduce((a, b) => b.y < a.y ? b : a);
    const high = shown.reduce((a, b) => b.y > a.y ? b : a);
    return ` ${what}: highest ${fixed(high.y)}, lowest ${fixed(low.y)} at ${number(low.x)}, last ${fixed(shown[shown.length - 1].y)}.`;
  }

  // ---------------------------------------------------------------- what reports have in common

  const UNITS = {nats: 'nats per window', bits: 'bits per character'};
  const UNIT_OPTIONS = Object.entries(UNITS);

  /** What to multiply with to get the unit chosen from the loss of a window, or from nats per character. */
  const windowFactor = report => view.unit === 'nats' ? 1 : bits(1 / report.settings.sequenceLength);
  const characterFactor = report => view.unit === 'nats' ? report.settings.sequenceLength : bits(1);
  const perCharacter = (report, loss, digits = 3) => has(loss) ? fixed(bits(loss / report.settings.sequenceLength), digits) : '–';

  const charactersPerStep = ({settings}) => settings.batchSize * settings.sequenceLength;
  const epochs = (report, step) => number(step / report.progress.stepsPerEpoch, 2);
  const TOOLTIP = {tooltip: {callbacks: {title: items => items.length ? `at ${number(items[0].parsed.x)}` : ''}}};

  /** The best loss of the run, by the measure by which the model was chosen. */
  function best(report) {
    const {validation, progress, settings} = report;
    if (validation && validation.selects && has(validation.bestNatsPerCharacter))
      return {label: 'best held-out loss', heldOut: true, step: validation.bestStep, loss: validation.bestNatsPerCharacter * settings.sequenceLength};
    const label = progress.bestBy === 'last' ? 'last smooth loss' : 'best smooth loss';
    return has(progress.bestSmoothLoss) ? {label, step: progress.bestStep, loss: progress.bestSmoothLoss} : null;
  }

  function heldOutPoints(report) {
    const list = report.validation ? report.validation.points : [];
    return points(list.map(point => point.step), list.map(point => point.natsPerCharacter), characterFactor(report));
  }

  /** Header, contents, sections and footer: the frame of every page. A section is
      [id, title, draw], and draw says by returning false that it has nothing to show. */
  function frame(kicker, title, lead, sections, state) {
    const head = keep(main, 'head', 'header');
    show(keep(head, 'kicker', 'p', {class: 'kicker'}), kicker);
    show(keep(head, 'title', 'h1'), title);
    show(keep(head, 'lead', 'p', {class: 'lead'}), lead);
    const live = keep(head, 'state', 'div', {class: 'state'});
    live.hidden = !state;
    if (state) state(live);
    const links = [];
    for (const [id, heading, draw] of sections) {
      if (links.length === 1) keep(main, 'contents', 'nav', {'aria-label': 'Contents'});      // after what comes first
      const section = keep(main, id, 'section', {id, 'aria-labelledby': id + '-title'});
      show(keep(section, 'title', 'h2', {id: id + '-title'}), heading);
      section.hidden = false;                        // a chart needs a size when it is made
      section.hidden = draw(section) === false;
      if (!section.hidden) links.push(el('li', null, el('a', {href: '#' + id}, heading)));
    }
    show(keep(main, 'contents', 'nav', {'aria-label': 'Contents'}), el('ul', null, links));
    show(keep(main, 'foot', 'footer'), 'Written by ', name(data.program), '.');
    keep(main, 'said', 'p', {class: 'said', role: 'status'});
  }

  // ---------------------------------------------------------------- the report of one run

  function reportPage(report) {
    const sections = [
      ['loss', 'Loss', lossSection], ['samples', 'How the text evolved', samplesSection],
      ['passages', 'Passages from the best model', passagesSection], ['comparison', 'How good it is', comparisonSection],
      ['units', 'What single neurons respond to', unitsSection], ['gradients', 'Gradient check', gradientsSection],
      ['notes', 'Notes', notesSection], ['settings', 'Settings, machine, repeating', settingsSection]
    ];
    frame('Training report', legible(report.model.file), summary(report),
      sections.map(([id, title, draw]) => [id, title, section => draw(section, report)]),
      report.state === 'finished' && !followed ? null : node => stateOf(node, report));
  }

  /** What came of the run, then of what. */
  function summary(report) {
    const {model, settings, text, progress, comparison} = report;
    const windows = settings.batchSize === 1 ? several(progress.steps, 'window') : `${several(progress.steps, 'step')} of ${number(settings.batchSize)} windows`;
    const top = best(report);
    const nats = top && top.loss / settings.sequenceLength;
    const conclusion = comparison && conclude(comparison.models);
    // a smooth loss is thousands of steps behind: it says nothing of the model
    const meaning = top && top.heldOut ? `: ${inChoices(nats)}` : '';
    const own = comparison && has(network(comparison)) && !(top && top.heldOut) ? `: ${inChoices(network(comparison))}` : '';
    return [top ? `${capital(top.label)} ${fixed(bits(nats))} bits per character, at step ${number(top.step)}${meaning}. ` : null,
      conclusion ? `${conclusion}${comparison.heldOut ? '' : ', on a part of its own text'}${own}. ` : null,
      el('span', {class: 'aside'}, `${several(model.hiddenSize, 'hidden unit')}, ${several(model.parameters, 'parameter')}, trained on ${windows} of ${several(settings.sequenceLength, 'character')}`,
        has(text.name) ? [' of ', name(text.name)] : null, ` in ${duration(progress.seconds)}.`)];
  }

  const capital = text => text.charAt(0).toUpperCase() + text.slice(1);
  const COUNTS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

  /** Between which n-gram models a network stands: as a person would say it, without the full stop. */
  function conclude(models) {
    const of = name => (models.find(model => model.name === name) || {}).natsPerCharacter;
    const network = of(NETWORK);
    const grams = [];                                  // by the characters before
    while (has(of(`${grams.length + 1}-gram`))) grams.push(of(`${grams.length + 1}-gram`));
    if (!has(network) || grams.length === 0) return null;
    if (network >= of('uniform')) return 'No better than guessing';
    const looking = count => count === 0 ? 'knowing how often each character comes' : `looking at ${COUNTS[count] || count} character${count === 1 ? '' : 's'} before`;
    const bestCount = grams.indexOf(Math.min(...grams));
    const better = grams.findIndex((nats, count) => nats <= network && count <= bestCount);
    if (better === 0) return `Better than guessing, not as good as ${looking(0)}`;
    if (better < 0) return `Better than ${looking(bestCount)}, the best of the n-grams counted`;
    return `Better than ${looking(better - 1)}, not as good as ${better === 1 ? looking(1) : COUNTS[better] || better}`;
  }

  let followed = false;                              // the page has asked for the data of a running training
  let lost = false;                                  // and can no longer get them

  function stateOf(node, report) {
    const {steps, plannedSteps, charactersPerSecond} = report.progress;
    // the numbers stand outside the status, or a screen reader would read them every second
    show(keep(node, 'status', 'p', {role: 'status'}), stateInWords(report.state));
    const bar = keep(node, 'bar', 'progress', {'aria-label': 'Steps done'});
    bar.max = plannedSteps;
    bar.value = steps;
    const seconds = (plannedSteps - steps) * charactersPerStep(report) / charactersPerSecond;
    const rest = report.state === 'running' && !lost && Number.isFinite(seconds) ? `, about ${duration(seconds)} left` : '';
    show(keep(node, 'numbers', 'p'), `Step ${number(steps)} of ${number(plannedSteps)}${rest}.`);
    part(node, 'left', 'p', {}, report.state === 'running' && !lost ? null : left(report));
  }

  /** What a run leaves behind, for those who followed it: the server is about to go, the files stay. */
  function left({files, next, model}) {
    if (!followed) return null;
    if (!files) return ['Its report will be, or is, in ', name(`${model.file}.report.html`), ', beside the model.'];
    const named = files.flatMap((file, i) => [i ? ', ' : null, name(file)]);
    return ['Saved: ', ...named, '.', ...has(next) ? [' Next: ', el('code', null, legible(next))] : []];
  }

  /** The title of a page that follows a run can be read on its tab. */
  function liveTitle(report) {
    const {progress, settings, model, state} = report;
    const top = best(report);
    const done = state === 'running' ? `${number(Math.floor(100 * progress.steps / Math.max(1, progress.plannedSteps)))} %` : state;
    const loss = top ? `${fixed(bits(top.loss / settings.sequenceLength), 1)} bits · ` : '';
    return `${done} · ${loss}${legible(model.file.replace(/\.safetensors$/, '')).textContent}`;
  }

  function stateInWords(state) {
    if (state === 'finished') return 'Training has finished; this page shows the result.';
    if (state === 'interrupted') return 'Training was interrupted. This page shows what there was until then.';
    if (lost) return 'Training has ended or the connection is lost; this page shows the last state.';
    return live() ? 'Training is running; this page follows it.' : 'Training was still running when this page was written.';
  }

  function settingsSection(section, report) {
    const {model, text, settings, machine, progress} = report;
    show(keep(section, 'facts', 'div', {class: 'facts'}), [
      facts('Text', [['Name', has(text.name) ? name(text.name) : null], ['Characters', number(text.characters)],
        ['Held out', report.validation ? number(report.validation.characters) : null], ['Fingerprint', text.fingerprint, 'fingerprint']]),
      facts('Model', [['Hidden units', number(model.hiddenSize)], ['Symbols', number(model.symbols)], ['Parameters', number(model.parameters)],
        ['Fingerprint', model.fingerprint, 'fingerprint']]),
      facts('Training', trainingSettings(report)),
      machine ? facts('Machine', [['Java', machine.java], ['Virtual machine', machine.vm], ['System', machine.system],
        ['Processors', number(machine.processors)],
        ['Threads', has(machine.threads) ? number(machine.threads) : null], ['Kernels', machine.kernels, 'kernels']]) : null,
      facts('Throughput', [['Time', duration(progress.seconds)], ['Steps', number(progress.steps)],
        ['Epochs', epochs(report, progress.steps)], ['Characters seen', number(progress.charactersSeen)], ['Characters per second', number(progress.charactersPerSecond)]])
    ]);
    const repeat = keep(section, 'repeat', 'div');
    repeat.hidden = !has(report.repeat);
    if (!repeat.hidden && repeat.dataset.command !== report.repeat) {
      repeat.dataset.command = report.repeat;
      repeat.replaceChildren(...command(report.repeat));
    }
  }

  /** The settings as [label, value], also for the comparison of runs. */
  function trainingSettings({settings}) {
    const count = (label, key) => [label, has(settings[key]) ? number(settings[key]) : null];
    const value = (label, key) => [label, has(settings[key]) ? plain(settings[key]) : null];
    const clipping = has(settings.clip) ? plain(settings.clip) : has(settings.clipNorm) ? `norm ${plain(settings.clipNorm)}` : 'none';
    return [['Sequence length', number(settings.sequenceLength)], ['Batch size', number(settings.batchSize)],
      count('Windows from zero, one in', 'resetEvery'),
      ['Optimizer', settings.optimizer], value('Initial accumulator', 'initialAccumulator'), value('Momentum', 'momentum'),
      value('Decay', 'decay'), value('Beta 1', 'beta1'), value('Beta 2', 'beta2'),
      ['Learning rate', plain(settings.learningRate)],
      ['Schedule', has(settings.schedule) ? `${settings.schedule} to ${plain(settings.finalLearningRate)} at step ${number(settings.scheduleSteps)}` : null],
      count('Warm-up, steps', 'warmUp'),
      ['Clipping', clipping], ['Initializer', has(settings.initializer) ? settings.initializer : null],
      value('Deviation', 'deviation'), value('Gain of W', 'gain'),
      value('Deviation of U', 'inputDeviation'), value('Deviation of V', 'outputDeviation'),
      ['Seed', String(settings.seed)],
      ['Continued from', has(settings.from) ? name(settings.from) : null],
      ['Rollbacks', settings.rollbacks ? number(settings.rollbacks) : null]];
  }

  function command(text) {
    return [el('h3', null, 'To repeat this run exactly'), el('figure', {class: 'command'},
      remembered(el('pre', {class: 'text'}, el('code', null, legible(text))), text), el('button', {type: 'button', 'data-take': 'text'}, 'Copy'))];
  }

  function lossSection(section, report) {
    const {history, progress, settings, model} = report;
    const heldOut = heldOutPoints(report);
    if (history.steps.length + heldOut.length + report.samples.length === 0) return false;
    const factor = windowFactor(report);
    const loss = points(history.steps, history.loss, factor);
    const smooth = points(history.steps, history.smoothLoss, factor);
    const top = best(report);
    // a smooth loss begins with the first loss: fitted to it, the others would lie flat below
    const range = view.range === 'whole' || loss.length + heldOut.length === 0 ? rangeOf([loss, smooth, heldOut]) : rangeOf([loss, heldOut]);
    if (top) range.min = Math.min(range.min, top.loss * factor - 0.24 * (range.max - range.min));     // room for its label
    const guess = Math.log(model.symbols) * characterFactor(report);
    const above = loss.filter(point => point.y > range.max).length;
    const ends = [{x: 0, y: guess}, {x: range.last, y: guess}];
    const unit = UNITS[view.unit];

    const result = keep(section, 'result', 'div', {class: 'result'});
    const curve = keep(result, 'curve', 'div');
    choice(curve, 'unit', 'Unit:', UNIT_OPTIONS);
    choice(curve, 'range', 'Axis:', RANGES);
    plot(curve, 'chart', {
      plugins: [POINT_LABELS],
      label: `Line chart of the loss in ${unit} against steps.${inWords(smooth, 'Smooth loss')}${inWords(heldOut, 'Held-out loss')}`,
      caption: `Loss: the mean of ${several(history.windowsPerPoint, 'step')} at each of ${several(loss.length, 'point')}; smooth loss: the running mean, 0.999 · smooth loss + 0.001 · loss, from the first loss on.`
        + (heldOut.length ? ` Held-out loss: measured on ${several(report.validation.characters, 'character')} that were not trained on.` : '')
        + (above ? ` The axis is fitted to the later part of training: ${several(above, 'point')} of the loss${above === 1 ? ' lies' : ' lie'} above it, the highest at ${fixed(loss.reduce((a, b) => Math.max(a, b.y), 0))}.` : '')
        + (smooth.some(({y}) => y > range.max) ? ' The smooth loss begins above the axis.' : ''),
      datasets: [
        line('smooth loss', smooth, 'accent', {borderWidth: 2.25, order: 2}),
        line('loss', loss, 'pale', {borderWidth: 1, order: 3}),
        ...heldOut.length ? [line('held-out loss', heldOut, 'c2', {...POINTS, order: 1})] : [],
        ...top ? [line(top.label, [{x: top.step, y: top.loss * factor}], 'ink', {pointStyle: 'rectRot', pointRadius: 6, showLine: false, order: 0})] : [],
        ...guess <= range.max ? [line('guessing', ends, 'muted', {aside: true, borderWidth: 1, borderDash: [5, 5], order: 4})] : []
      ],
      scales: {
        x: axis('step', {min: 0, max: range.last}),
        epochs: axis('epoch', {axis: 'x', position: 'top', min: 0, max: range.last / progress.stepsPerEpoch, grid: {drawOnChartArea: false}}),
        y: axis(unit, {min: range.min, max: range.max})
      },
      options: {plugins: {tooltip: {callbacks: {
        title: items => items.length ? `step ${number(items[0].parsed.x)}, epoch ${epochs(report, items[0].parsed.x)}` : '',
        label: item => `${item.dataset.label} ${fixed(item.parsed.y, view.unit === 'nats' ? 2 : 3)}`
      }}}}
    });
    writing(keep(result, 'writing', 'div'), report);
    show(keep(section, 'text', 'p'), `The loss of a window is the sum of −ln p over its ${several(settings.sequenceLength, 'character')}, where p is the probability that the network gave to the character that came next. Guessing evenly among the ${number(model.symbols)} symbols would cost ${fixed(Math.log(model.symbols) * settings.sequenceLength)} nats per window, or ${fixed(Math.log2(model.symbols))} bits per character.`);
    details(section, 'table', 'The losses as a table', () => lossTable(report));
  }

  const SHORT = {characters: 420, lines: 15};

  /** The beginning of a text, not cut within a word. */
  function beginning(text) {
    const symbols = [...text.replace(/^\s+/, '')];
    let end = symbols.length;
    for (let i = 0, lines = 1; i < end; i++) {
      if (symbols[i] === '\n' && ++lines > SHORT.lines) end = i;
    }
    if (end > SHORT.characters) end = Math.max(symbols.lastIndexOf(' ', SHORT.characters), symbols.lastIndexOf('\n', SHORT.characters));
    if (end <= 0) end = Math.min(symbols.length, SHORT.characters);
    return symbols.slice(0, end).join('').trimEnd() + (end < symbols.length ? ' …' : '');
  }

  /** What the network writes, beside the curve: the best model, or before there is one the newest sample. */
  function writing(node, {passages, samples}) {
    const best = passages.length ? passages[passages.length >> 1] : null;
    const newest = samples[samples.length - 1];
    node.hidden = !best && !newest;
    if (node.hidden) return;
    show(keep(node, 'heading', 'h3'), best ? `The best model writes, at temperature ${plain(best.temperature)}` : `At step ${number(newest.step)} it writes`);
    show(keep(node, 'text', 'div'), passage(legible(beginning(best ? best.text : newest.text))));
  }

  function lossTable(report) {
    const {history, validation, settings} = report;
    let before = -1;                                 // each measurement stands in the first row at or after it
    const rows = evenly(history.steps.length, 60).map(i => {
      const step = history.steps[i];
      const measured = validation ? validation.points.filter(point => point.step > before && point.step <= step) : [];
      before = step;
      const row = [number(step), epochs(report, step), fixed(history.loss[i]), fixed(history.smoothLoss[i]), perCharacter(report, history.smoothLoss[i])];
      return validation ? [...row, measured.length ? fixed(measured[measured.length - 1].natsPerCharacter * settings.sequenceLength) : ''] : row;
    });
    return table('Losses, nats per window', ['Step', 'Epoch', 'Loss', 'Smooth loss', 'Smooth, bits per character', ...validation ? ['Held-out loss'] : []], rows);
  }

  const WORDS = 'Known words are those that also stand in the text trained on; a word has three letters or more.';
  const knownWords = words => words && words.count ? `${number(words.known)} of ${several(words.count, 'word')} known (${percent(words.known / words.count)})` : null;

  const sampleNodes = [];

  function samplesSection(section, report) {
    const {samples} = report;
    if (samples.length === 0) return false;
    const counted = samples.filter(sample => sample.words && sample.words.count);
    const drawn = counted.length && counted[0].words.characters;       // for these counts alone
    const share = counted.map(sample => ({x: sample.step, y: 100 * sample.words.known / sample.words.count}));
    plot(section, 'words', counted.length < 2 ? null : {
      legend: false,
      label: `Line chart of the share of known words in the samples, in percent, against steps.${inWords(share, 'Share')}`,
      caption: drawn ? `Share of known words in ${number(drawn)} characters at each point, which were drawn for this count and are not shown. ${WORDS}`
        : `Share of known words in each sample. ${WORDS} A sample is short, so its share varies by chance.`,
      datasets: [line('known words', share, 'accent', share.length > 60 ? {borderWidth: 1.5} : POINTS)],
      scales: {x: axis('step', {min: 0}), y: axis('known words, %', {min: 0, max: 100})},
      options: {plugins: TOOLTIP}
    });
    details(section, 'table', 'The shares of known words as a table', counted.length < 2 ? null : () =>
      table('Known words', ['Step', 'Epoch', 'Words', 'Known', 'Share'], counted.map(({step, words}) =>
        [number(step), epochs(report, step), number(words.count), number(words.known), percent(words.known / words.count)])));

    samples.forEach((sample, i) => {
      sampleNodes[i] = sampleNodes[i] || el('figure', {});
      const known = !sample.words || !sample.words.count ? null
        : drawn ? `${percent(sample.words.known / sample.words.count)} known words` : knownWords(sample.words);
      show(sampleNodes[i], el('figcaption', null, el('strong', null, `Step ${number(sample.step)}`), `, epoch ${epochs(report, sample.step)}`,
        has(sample.smoothLoss) ? `, smooth loss ${fixed(sample.smoothLoss)}` : '', known ? `, ${known}` : '', ' ', copies(`the sample of step ${number(sample.step)}`)), remembered(passage(legible(sample.text)), sample.text));
    });
    sampleNodes.splice(samples.length).forEach(node => node.remove());
    const stride = strideOf(samples.length);
    const chosen = sampleNodes.filter((_, i) => i % stride === 0 || i === samples.length - 1);
    const others = sampleNodes.filter(node => !chosen.includes(node));
    arrange(keep(section, 'chosen', 'div', {class: 'cards'}), chosen);
    const more = keep(section, 'more', 'details');
    more.hidden = others.length === 0;
    show(keep(more, 'summary', 'summary'), `Show the other ${number(others.length)} of all ${number(samples.length)} samples`);
    arrange(keep(more, 'others', 'div', {class: 'cards'}), others);
  }

  /** Every how manyth sample to show: a power of two, so that in a running training samples
      rarely have to move, and about a dozen are shown. */
  function strideOf(count) {
    let stride = 1;
    while (count > 14 && count / stride > 12) stride *= 2;
    return stride;
  }

  /** Puts the nodes into the parent in this order, and moves only those that are elsewhere. */
  function arrange(parent, nodes) {
    nodes.forEach((node, i) => { if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] || null); });
  }

  function passagesSection(section, report) {
    const {passages} = report;
    if (passages.length === 0) return false;
    show(keep(section, 'texts', 'div', {class: 'cards'}), passages.map(passageCard));
    const copied = passages.filter(each => each.verbatim && each.verbatim.shares.length);
    const label = each => `temperature ${plain(each.temperature)}`;
    const longest = copied.reduce((most, each) => Math.max(most, each.verbatim.longest + 1), 0);      // from there on all are 0
    const upTo = each => each.verbatim.shares.filter(({length}, i) => length <= longest || i === 0);
    const lines = copied.map(each => upTo(each).map(({length, share}) => ({x: length, y: 100 * share})));
    const ends = lines.flat().map(point => point.x);
    plot(section, 'verbatim', copied.length === 0 ? null : {
      label: 'Line chart: percentage of the substrings of a passage that stand in the text trained on, against their length.'
        + copied.map((each, i) => inWords(lines[i], label(each))).join(''),
      caption: 'Copied or new? Of all substrings of this length in a passage, the share that stands word for word in the text trained on.',
      datasets: copied.map((each, i) => series(label(each), lines[i], i)),
      scales: {x: axis('length of the substring in characters', {min: Math.min(...ends), max: Math.max(...ends, 6)}), y: axis('stand in the text, %', {min: 0, max: 100})},
      options: {plugins: TOOLTIP}
    });
    details(section, 'table', 'The shares of copied substrings as a table', copied.length === 0 ? null : () =>
      table('Share of substrings that stand in the text trained on', ['Length', ...copied.map(label)],
        upTo(copied[0]).map(({length}) => [number(length), ...copied.map(each => {
          const found = each.verbatim.shares.find(share => share.length === length);
          return found ? percent(found.share) : '–';
        })])));
  }

  function passageCard(each) {
    const {words, verbatim} = each;
    const known = knownWords(words);
    const longest = verbatim && has(verbatim.longestText) && verbatim.longestText !== '' ? verbatim.longestText : null;
    const at = longest ? each.text.indexOf(longest) : -1;
    return el('article', null, el('h3', null, `Temperature ${plain(each.temperature)}`),
      el('p', {class: 'meta'}, `Seed ${each.seed}. `, known ? `${known}. ` : null,
        verbatim ? `Longest run that stands in the text trained on: ${several(verbatim.longest, 'character')}` : null,
        longest ? [', ', quote(longest), at < 0 ? '.' : ', marked below.'] : verbatim ? '.' : null, ' ', copies(`the passage at temperature ${plain(each.temperature)}`)),
      remembered(at < 0 ? passage(legible(each.text)) : passage(legible(each.text.slice(0, at)), el('mark', null, legible(longest)), legible(each.text.slice(at + longest.length))), each.text));
  }

  const NETWORK = 'this network';
  const CAVEAT = 'The network has also trained on these characters, so its value is better than it would be on new text, and the comparison favours it.';

  function comparisonSection(section, {comparison}) {
    if (!comparison || comparison.models.length === 0) return false;
    const conclusion = conclude(comparison.models);
    show(keep(section, 'conclusion', 'p'), conclusion ? el('strong', null, conclusion + '.') : '');
    show(keep(section, 'text', 'p'), `How many bits each model needs per character on ${several(comparison.characters, 'character')}. The n-gram models (${comparison.method}) were fitted to ${several(comparison.fittedTo, 'character')}; an n-gram model predicts a character from the n − 1 before it.`
      + (comparison.orders ? ` Counted up to n = ${number(comparison.orders)}, shown up to the best.` : '')
      + (comparison.heldOut ? ' None of the models was trained on the characters measured.' : ''));
    part(section, 'compressors', 'p', {}, compressors(comparison));
    part(section, 'caveat', 'p', {class: 'note'}, comparison.heldOut ? null : CAVEAT);
    models(section, comparison.models.map(model => ({label: model.name, nats: model.natsPerCharacter, strong: model.name === NETWORK})));
  }

  /** What compressors do with the same text, and how that was measured. */
  function compressors({models}) {
    const among = beginning => models.some(model => model.name.startsWith(beginning));
    return [
      among('gzip') ? 'gzip, level 9: by how many bits its output grows when these characters are appended to the text counted; it looks back no more than 32 kB. ' : null,
      among('PPM') ? 'The PPM-like mix is the best of n-gram models that go on counting while they read, as a compressor does.' : null
    ].filter(Boolean).join('');
  }

  /** The bar chart and the table of models, of which the rows are {label, nats, strong}. */
  function models(section, rows) {
    plot(section, 'chart', bars(rows, 'Shorter is better.'));
    show(keep(section, 'table', 'div'), table('The models compared', ['Model', 'Bits per character', 'Nats per character', 'Perplexity'],
      rows.map(({label, nats}) => [name(label), fixed(bits(nats), 3), fixed(nats, 3), fixed(Math.exp(nats))]), row => rows[row].strong));
  }

  function unitsSection(section, {units}) {
    if (!units || units.units.length === 0) return false;
    const characters = [...units.passage];
    show(keep(section, 'text', 'p'), `Each hidden unit was chosen because its activation, from −1 to 1, follows something a person can name. The correlation r was measured on ${several(units.characters, 'character')} other than those the unit was chosen on. The colour of a character is the activation after the network has read it.`);
    show(keep(section, 'key', 'p', {class: 'key'}), 'Activation', el('span', {class: 'swatches'}, [-1, -0.5, 0, 0.5, 1].map(value =>
      activation(value, value < 0 ? '−' + -value : String(value)))));
    show(keep(section, 'maps', 'div', {class: 'maps'}), units.units.map(unit => el('figure', null,
      el('h3', null, `Unit ${unit.unit} `, has(unit.does) ? unit.does : ['follows ', name(unit.follows)], ` (r\u00a0=\u00a0${signed(unit.correlation)})`),
      el('pre', {class: 'text heat', dir: 'auto', role: 'img', 'aria-label': `The passage, coloured by the activation of unit ${unit.unit}; the numbers are in the table below.`},
        characters.map((each, i) => activation(unit.activations[i], each === '\n' ? '↵\n' : legible(each)))))));
    details(section, 'table', 'The activations as a table', () => table('Activations by character', ['Position', 'Character', ...units.units.map(unit => `Unit ${unit.unit}`)],
      characters.map((each, i) => [number(i + 1), character(each), ...units.units.map(unit => signed(unit.activations[i]))])));
  }

  function activation(value, content) {
    const span = el('span', {class: value < 0 ? 'low' : 'high'}, content);
    span.style.setProperty('--a', Math.min(1, Math.abs(value || 0)).toFixed(2));
    return span;
  }

  function gradientsSection(section, {gradientChecks: checks}) {
    if (checks.length === 0) return false;
    show(keep(section, 'text', 'p'), 'The gradients by backpropagation are compared with those by central differences of the loss. The relative error of a single element says little where the gradient is close to zero; there the difference itself counts.');
    show(keep(section, 'tables', 'div'), checks.map(check => el('div', check.passed ? null : {class: 'note'}, table(
      `${check.passed ? 'Passed' : 'Failed'}: ${several(check.hiddenSize, 'hidden unit')}, sequences of ${several(check.sequenceLength, 'character')}, difference ${small(check.difference)}, tolerance ${small(check.tolerance)}`,
      ['Tensor', 'Elements', 'of', 'Largest relative error', 'Relative error of norms', 'Largest difference', 'Mean difference', 'Within tolerance'],
      check.tensors.map(each => [each.name, number(each.elements), number(each.of), small(each.maxRelativeError), small(each.relativeErrorOfNorms),
        small(each.maxAbsoluteDifference), small(each.meanAbsoluteDifference), percent(each.shareWithinTolerance)])))));
    show(keep(section, 'formulas', 'p'), 'With a for the gradient by backpropagation and d for that by differences: the relative error of an element is |a − d| / max(10⁻⁶, |a| + |d|), that of norms ‖a − d‖ / max(10⁻⁶, ‖a‖ + ‖d‖) over the elements compared, and the difference |a − d|. Within tolerance are elements whose difference is at most the tolerance.');
    show(keep(section, 'glossary', 'p'), 'Of the five published course reports, 000 and 002 give the largest relative error, as “maximum relative error”; 001 gives the share within tolerance, and the largest difference as “maximum error”; 003 gives the mean difference, as “mean absolute difference”; 004 gives a “relative error” that by its size is that of norms.');
  }

  function notesSection(section, {notes}) {
    if (!notes || notes.length === 0) return false;
    show(keep(section, 'list', 'ul', {class: 'notes'}), notes.map(note => el('li', null, legible(note))));
  }

  // ---------------------------------------------------------------- the comparison of runs

  function comparisonPage({reports}) {
    const runs = reports.map((report, index) => ({report, index, label: labelOf(report, index), heldOutText: heldOutText(report)}));
    savedLosses(runs).forEach((loss, i) => { runs[i].saved = loss; });
    const best = ranking(runs)[0];
    frame('Comparison', `${number(runs.length)} runs compared`, comparisonLead(runs), [
      ['loss', 'Loss', section => runsChart(section, runs)],
      ['runs', 'Results', section => runsTable(section, runs, best)],
      ['settings', 'Settings', section => runsSettings(section, runs)],
      ['comparison', 'How good they are', section => runsBars(section, runs)],
      ['passages', 'Passages', section => runsPassages(section, runs)]
    ]);
  }

  /** The number of the run, which stands at its line, and the file's name. */
  const labelOf = ({model}, index) => `${index + 1} ${legible(model.file.replace(/\.safetensors$/, '')).textContent}`;      // for canvases too

  const same = values => values.every(value => value === values[0]);
  const network = ({models}) => (models.find(model => model.name === NETWORK) || {}).natsPerCharacter;
  const referencesOf = ({models}) => models.filter(model => model.name !== NETWORK);

  /** What tells the text held out from others; null without one. Reports of old have no fingerprint,
      but guessing and n-grams come to the same on the same texts only. */
  function heldOutText({comparison, validation}) {
    return validation && comparison && comparison.heldOut
      ? JSON.stringify([validation.characters, comparison.characters, comparison.fingerprint || referencesOf(comparison)]) : null;
  }

  /** The held-out losses of the saved models, in nats per character, all by one measure: that of
      the way, where each was measured when it was saved, or else that of the report. */
  function savedLosses(runs) {
    const heldOut = runs.filter(run => run.heldOutText);
    const onTheWay = ({report: {validation, progress}}) =>
      (validation.points.find(({step}) => step === progress.bestStep) || {}).natsPerCharacter;
    const alike = heldOut.every(run => has(onTheWay(run))) && same(heldOut.map(({report}) => report.validation.pieces));
    return runs.map(run => run.heldOutText ? (alike ? onTheWay(run) : network(run.report.comparison)) : null);
  }

  /** The runs from the best on; none if they cannot be told by held-out loss on the same text. */
  function ranking(runs) {
    const possible = runs.every(run => run.heldOutText && has(run.saved)) && same(runs.map(run => run.heldOutText));
    return possible ? [...runs].sort((a, b) => a.saved - b.saved) : [];
  }

  const named = runs => runs.flatMap((run, i) => [i ? ', ' : null, name(run.label)]);

  function comparisonLead(runs) {
    const without = runs.filter(run => !run.heldOutText || !has(run.saved));
    if (without.length === runs.length)
      return 'No run is called the best: none held text out (--validation), and a smooth loss is of text that the run has trained on.';
    if (without.length)
      return ['No run is called the best: there is no held-out loss of ', ...named(without), '.'];
    const [first, second] = ranking(runs);
    if (!first) return 'No run is called the best: their held-out losses are of different texts.';
    const onTheWay = ({report}) => report.validation.bestNatsPerCharacter;
    const lower = runs.filter(run => has(onTheWay(run))).reduce((a, b) => onTheWay(b) < onTheWay(a) ? b : a, runs[0]);
    const loss = nats => fixed(bits(nats), 3);
    return [first.saved === second.saved ? ['The saved models of ', named([first, second]), ' have the same, lowest held-out loss: ', `${loss(first.saved)} bits per character.`]
      : ['The saved model of ', name(first.label), ` has the lowest held-out loss: ${loss(first.saved)} bits per character. The next, `, name(second.label), `, has ${loss(second.saved)}.`],
    lower !== first && onTheWay(lower) < first.saved ? [' On its way, ', name(lower.label), ` was lower, ${loss(onTheWay(lower))} at step ${number(lower.report.validation.bestStep)}, but that model is not the one saved.`] : []].flat(2);
  }

  const CURVES = [['heldOut', 'held-out loss'], ['smooth', 'smooth loss']];

  function runsChart(section, runs) {
    const curves = {heldOut: runs.filter(({report}) => heldOutPoints(report).length), smooth: runs.filter(({report}) => report.history.steps.length)};
    const options = CURVES.filter(([curve]) => curves[curve].length);
    if (options.length === 0) return false;
    view.curve = view.curve || (ranking(runs).length ? options[0] : options[options.length - 1])[0];
    const what = options.find(([curve]) => curve === view.curve)[1];
    const all = curves[view.curve];
    const shown = all.filter(run => !view.without.has(run.index));
    const lines = shown.map(({report}) => {
      const xFactor = view.x === 'steps' ? 1 : charactersPerStep(report);
      return view.curve === 'heldOut' ? heldOutPoints(report).map(({x, y}) => ({x: x * xFactor, y}))
        : points(report.history.steps, report.history.smoothLoss, windowFactor(report), xFactor);
    });
    const {min, max, last} = rangeOf(lines);
    if (options.length > 1) choice(section, 'curve', 'Show:', options);
    choice(section, 'unit', 'Unit:', UNIT_OPTIONS);
    choice(section, 'x', 'Against:', [['steps', 'steps'], ['characters', 'characters seen']]);
    choice(section, 'range', 'Axis:', RANGES);
    legend(section, runs, all);
    const caveats = [
      view.range === 'whole' ? null : 'The axis is fitted to the later part of training, so the start may lie above it.',
      view.unit === 'nats' && !same(shown.map(({report}) => report.settings.sequenceLength)) ? 'The windows of these runs differ in length, so nats per window cannot be compared directly.' : null,
      view.curve === 'heldOut' && !same(shown.map(run => run.heldOutText)) ? 'These losses are of different texts and cannot be compared directly.' : null,
      view.curve === 'smooth' ? 'A smooth loss is of text that the run trains on.' : null];
    plot(section, 'chart', {
      tall: true, legend: false, plugins: [END_NUMBERS],
      label: `Line chart of the ${what} of ${several(shown.length, 'run')} in ${UNITS[view.unit]}.` + shown.map((run, i) => inWords(lines[i], run.label)).join(''),
      caption: [`The ${what} of each run, with its number at the end of its line.`, ...caveats.filter(has)].join(' '),
      datasets: shown.map((run, i) => series(run.label, lines[i], run.index)),
      scales: {x: axis(view.x === 'steps' ? 'step' : 'characters seen', {min: 0, max: last, ticks: {maxTicksLimit: 7}}), y: axis(UNITS[view.unit], {min, max})},
      options: {layout: {padding: {right: 2 * Chart.defaults.font.size}}, plugins: TOOLTIP}
    });
  }

  /** What the lines are, each with a box that hides it: a canvas has nothing to press by keyboard. */
  function legend(section, runs, drawn) {
    const group = keep(section, 'legend', 'fieldset', {class: 'legend'});
    if (!group.firstChild) {
      group.append(el('legend', null, 'Runs:'), ...runs.map(({label, index}) => {
        const input = el('input', {type: 'checkbox', value: index, checked: ''});
        input.onchange = () => { view.without[input.checked ? 'delete' : 'add'](index); render(); };
        return el('label', null, input, swatch(index), name(label));
      }));
    }
    for (const input of group.querySelectorAll('input')) input.disabled = !drawn.some(run => run.index === +input.value);
  }

  const marked = ({label, index}) => el('span', {class: 'marked'}, swatch(index), name(label));

  function runsTable(section, runs, best) {
    const heldOut = runs.some(run => run.heldOutText);
    const lowest = ({report: {validation}}) => validation && has(validation.bestNatsPerCharacter)
      ? [fixed(bits(validation.bestNatsPerCharacter), 3), number(validation.bestStep)] : ['–', '–'];
    part(section, 'text', 'p', {}, heldOut ? 'Held-out and smooth losses are in bits per character. The model that is saved is not always the one with the best held-out loss on the way: --best-by says which it is.' : null);
    show(keep(section, 'table', 'div', {class: 'runs'}), table('The runs', ['Run', 'Steps',
      ...heldOut ? ['Held-out loss, saved model', 'Held-out loss, best on the way', 'at step'] : [],
      'Smooth loss, best', 'the same, nats per window', 'Characters per second'],
    runs.map(run => [marked(run), number(run.report.progress.steps),
      ...heldOut ? [has(run.saved) ? fixed(bits(run.saved), 3) : '–', ...lowest(run)] : [],
      perCharacter(run.report, run.report.progress.bestSmoothLoss), fixed(run.report.progress.bestSmoothLoss),
      number(run.report.progress.charactersPerSecond)]), row => runs[row] === best));
  }

  function runsSettings(section, runs) {
    const settings = runs.map(({report}) => [['Hidden units', number(report.model.hiddenSize)], ['Text', report.text.name], ['Characters', number(report.text.characters)],
      ...trainingSettings(report).map(([label, value]) => [label, value instanceof Node ? value.textContent : value])]);
    const differs = settings[0].map((_, i) => !same(settings.map(run => run[i][1])));
    const equal = settings[0].filter(([, value], i) => !differs[i] && has(value)).map(([label, value]) => `${label.charAt(0).toLowerCase()}${label.slice(1)} ${value}`);
    const varied = settings.map(run => run.filter((_, i) => differs[i]));
    part(section, 'equal', 'p', {}, equal.length ? ['The same in all runs: ', legible(equal.join('; ')), '.'] : null);
    part(section, 'differ', 'p', {}, varied[0].length ? null : 'The settings of the runs do not differ.');
    part(section, 'table', 'div', {class: 'runs'}, varied[0].length ? table('What differs', ['Run', ...varied[0].map(([label]) => label)],
      runs.map((run, i) => [marked(run), ...varied[i].map(([, value]) => !has(value) ? '–' : NUMERIC.test(value) ? value : name(value))])) : null);
  }

  /** The networks among the reference models, as far as these are the same for all. */
  function runsBars(section, runs) {
    const measured = runs.filter(({report}) => report.comparison && report.comparison.models.length);
    if (measured.length === 0) return false;
    const references = ({report}) => referencesOf(report.comparison);
    const key = run => JSON.stringify([run.report.comparison.characters, references(run)]);
    const comparable = measured.filter(run => key(run) === key(measured[0]));
    const networks = comparable.map(run => ({label: run.label, strong: true,
      nats: network(run.report.comparison)})).filter(row => has(row.nats));
    models(section, [...references(measured[0]).map(model => ({label: model.name, nats: model.natsPerCharacter})), ...networks]);
    const left = runs.filter(run => !comparable.includes(run)).map(run => run.label);
    part(section, 'left', 'p', {}, left.length ? ['Left out, because not measured on the same text: ', legible(left.join(', ')), '.'] : null);
    const trained = comparable.filter(({report}) => !report.comparison.heldOut).map(run => run.label);
    part(section, 'caveat', 'p', {class: 'note'}, trained.length ? [legible(trained.join(', ')), ': ', CAVEAT] : null);
  }

  function runsPassages(section, runs) {
    const all = runs.flatMap(({report}) => report.passages.map(each => each.temperature));
    const temperatures = [...new Set(all)].sort((a, b) => a - b).map(String);
    if (temperatures.length === 0) return false;
    const common = temperatures.filter(each => runs.every(({report}) => report.passages.some(({temperature}) => String(temperature) === each)));
    view.temperature = view.temperature || common[common.length >> 1] || temperatures[0];
    choice(section, 'temperature', 'Temperature:', temperatures.map(each => [each, each]));
    show(keep(section, 'texts', 'div', {class: 'cards'}), runs.map(({report, label}) => {
      const found = report.passages.find(({temperature}) => String(temperature) === view.temperature);
      const card = found ? passageCard(found) : el('article', null, el('h3', null), el('p', {class: 'meta'}, 'No passage at this temperature.'));
      card.firstChild.replaceChildren(name(label));
      return card;
    }));
  }

  // ---------------------------------------------------------------- the text coloured by surprisal

  const level = nats => has(nats) ? Math.min(8, Math.floor(bits(nats))) : 0;

  function surprisalPage({surprisal}) {
    frame('Surprisal', ['How ', name(surprisal.model), ' reads ', name(surprisal.text)],
      `${fixed(surprisal.bitsPerCharacter)} bits per character over ${several(surprisal.characters, 'character')}: ${inChoices(surprisal.natsPerCharacter)}.`, [
        ['numbers', 'Summary', section => { show(keep(section, 'facts', 'div', {class: 'facts'}), facts(null, [['Characters', number(surprisal.characters)],
          ['Bits per character', fixed(surprisal.bitsPerCharacter, 3)], ['Nats per character', fixed(surprisal.natsPerCharacter, 3)], ['Perplexity', fixed(surprisal.perplexity)]])); }],
        ['text', 'The text', section => surprisalText(section, surprisal)],
        ['most', 'The most surprising characters', section => mostSurprising(section, surprisal)]
      ]);
  }

  function surprisalText(section, {shown, shownFrom, nats, characters, length}) {
    if (section.dataset.drawn) return;               // it never changes, and it is long
    section.dataset.drawn = 'yes';
    const symbols = [...shown];
    const text = passage();
    text.classList.add('surprise');
    const starts = new WeakMap();
    for (let from = 0, to; from < symbols.length; from = to) {      // neighbours of one class share a span
      to = from + 1;
      while (to < symbols.length && level(nats[to]) === level(nats[from])) to++;
      const span = el('span', {class: 's' + level(nats[from])}, legible(symbols.slice(from, to).join('')));
      starts.set(span, [from, to]);
      text.append(span);
    }
    const reading = el('p', {class: 'reading'}, 'Point at the text to read its surprisal here.');
    text.onpointerover = event => {
      const [from, to] = starts.get(event.target.closest('pre > span')) || [0, 0];
      if (to === from) return;
      const values = nats.slice(from, Math.min(to, from + 8)).map(value => has(value) ? fixed(bits(value)) : 'given');
      show(reading, quote(symbols.slice(from, Math.min(to, from + 8)).join('')), `: ${values.join(', ')} bits${to > from + 8 ? ' …' : ''}`);
    };
    section.append(
      el('p', null, `The stronger the colour, the less the network expected the character: each step is one bit, which halves the probability. Shown: ${several(symbols.length, 'character')} of ${number(has(length) ? length : Math.max(symbols.length, characters))}, from position ${number(shownFrom + 1)}.`),
      el('p', {class: 'key'}, 'Bits', el('span', {class: 'swatches'}, [0, 1, 2, 3, 4, 5, 6, 7, 8].map(i => el('span', {class: 's' + i}, i < 8 ? String(i) : '8+')))),
      text, reading);
  }

  function mostSurprising(section, {shown, shownFrom, nats}) {
    const symbols = [...shown];
    const order = nats.map((_, i) => i).filter(i => has(nats[i])).sort((a, b) => nats[b] - nats[a]).slice(0, 30);
    if (order.length === 0) return false;
    const context = i => el('bdi', {class: 'quote'}, oneLine(symbols.slice(Math.max(0, i - 24), i).join('')),
      el('mark', null, oneLine(symbols[i])), oneLine(symbols.slice(i + 1, i + 9).join('')));
    details(section, 'table', `The ${order.length} most surprising characters of the text shown`, () => table('The most surprising characters',
      ['Bits', 'One in', 'Position', 'Character', 'In its context'],
      order.map(i => [fixed(bits(nats[i])), number(Math.exp(nats[i])), number(shownFrom + i + 1), character(symbols[i]), context(i)])), {class: 'printed'});
  }

  // ---------------------------------------------------------------- taking things away

  /** Buttons below a chart or a table: lists of what is done, and then of the formats. */
  const tools = (what, ...lists) => el('div', {class: 'tools', role: 'group', 'aria-label': `To take away ${what}`},
    lists.map(([verb, ...formats]) => el('span', null, verb, formats.map(format =>
      el('button', {type: 'button', class: 'take', 'data-take': format, 'aria-label': `${verb} ${format} ${what}`}, format)))));

  let saying = 0;

  /** Says for some seconds what has been done, also to a screen reader. */
  function say(sentence) {
    const said = keep(main, 'said', 'p');
    show(said, sentence);
    clearTimeout(saying);
    saying = setTimeout(() => show(said), 6000);
  }

  async function copy(text, what) {
    try {
      await navigator.clipboard.writeText(text);
      say(`Copied ${what}.`);
    } catch (refused) {                              // such as by a browser that guards its clipboard
      const area = el('textarea', {readonly: '', rows: 12, 'aria-label': 'The text to copy'});
      area.value = text;
      const close = el('button', {type: 'button'}, 'Close');
      const dialog = el('dialog', {class: 'by-hand'}, el('p', null, 'This browser keeps its clipboard to itself: press Ctrl+C or ⌘C.'), area, close);
      close.onclick = () => dialog.close();
      dialog.onclose = () => dialog.remove();
      main.append(dialog);
      dialog.showModal();
      area.select();
    }
  }

  function save(parts, type, ending, node) {
    const run = data.model ? data.model.file.replace(/\.safetensors$/, '') : data.surprisal ? 'surprisal' : 'comparison';
    const place = [node.closest('section'), node].map(it => it && (it.id || it.dataset.key)).filter(key => has(key) && key !== 'chart');
    const file = `${[run, ...place].join('-').replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '-')}.${ending}`;
    const url = URL.createObjectURL(new Blob(parts, {type}));
    el('a', {href: url, download: file}).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
    say(`Saved ${file}.`);
  }

  main.addEventListener('click', event => {
    const button = event.target.closest('button[data-take]');
    if (!button) return;
    const how = button.dataset.take;
    const near = button.closest('article, figure, .tabled');
    if (how === 'text') {
      copy(written.get(near.querySelector('pre')), 'the text');
    } else if (near.matches('.tabled')) {
      const {caption, rows} = cellsOf(near.querySelector('table'));
      if (how === 'CSV') save([csv(rows.map(row => row.cells.map(bare)))], 'text/csv', 'csv', near.parentElement);
      else copy((how === 'LaTeX' ? latex : markdown)(caption, rows), `the table as ${how}`);
    } else {
      const chart = charts.get(near.querySelector('canvas'));
      if (how === 'CSV') save([csv(valuesOf(chart))], 'text/csv', 'csv', near);
      else if (how === 'SVG') save([svgOf(chart)], 'image/svg+xml', 'svg', near);
      else pngOf(chart).then(blob => save([blob], 'image/png', 'png', near));
    }
  });

  /** What a table shows, its heads first. */
  const cellsOf = shown => ({caption: shown.caption.textContent, rows: [...shown.rows].map(row => ({
    cells: [...row.cells].map(cell => cell.textContent.trim()), numeric: [...row.cells].map(cell => cell.className === 'num'),
    stressed: row.className === 'stressed'}))});

  /** A cell as programs read it: numbers without separators, and nothing for what is not there. */
  const bare = cell => cell === '–' ? '' : NUMERIC.test(cell) ? cell.replace(/,/g, '').replace('−', '-') : cell;

  /** Cells that spreadsheets would take for a formula, and numbers are not, begin with an apostrophe. */
  function csv(rows) {
    const cell = value => {
      const text = String(value);
      const safe = /^[=+\-@\t\r]/.test(text) && !Number.isFinite(Number(text)) ? `'${text}` : text;
      return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
    };
    return rows.map(row => row.map(cell).join(',') + '\r\n').join('');
  }

  function markdown(caption, [heads, ...rows]) {
    const plainly = cell => cell.replace(/[\\|`*_<>[\]~]/g, '\\$&').replace(/\s+/g, ' ');
    const lineOf = cells => `| ${cells.join(' | ')} |\n`;
    return `${plainly(caption)}\n\n` + lineOf(heads.cells.map(plainly)) + lineOf(heads.numeric.map(it => it ? '---:' : '---'))
      + rows.map(({cells, stressed}) => lineOf(cells.map(cell => cell && stressed ? `**${plainly(cell)}**` : plainly(cell)))).join('');
  }

  const LATEX = {'\\': '\\textbackslash{}', '{': '\\{', '}': '\\}', '&': '\\&', '%': '\\%', '$': '\\$', '#': '\\#', '_': '\\_', '~': '\\textasciitilde{}',
    '^': '\\textasciicircum{}', '–': '--', '−': '$-$', '<': '$<$', '>': '$>$', '|': '$|$', '↵': '$\\hookleftarrow$', '“': '``', '”': "''", '"': "''"};

  /** A table that needs no package. */
  function latex(caption, [heads, ...rows]) {
    const plainly = text => text.replace(/\s+/g, ' ').replace(/[\\{}&%$#_~^–−<>|↵“”"]/g, it => LATEX[it]);
    const cellOf = text => /^-?[\d.]+e[-+]\d+$/.test(text) ? `$${text.replace(/e\+?(-?\d+)/, ' \\cdot 10^{$1}')}$` : plainly(text);
    const lineOf = cells => `${cells.join(' & ')} \\\\\n`;
    return `\\begin{table}\n\\caption{${plainly(caption)}}\n\\begin{tabular}{${heads.numeric.map(it => it ? 'r' : 'l').join('')}}\n\\hline\n`
      + lineOf(heads.cells.map(plainly)) + '\\hline\n'
      + rows.map(({cells, stressed}) => lineOf(cells.map(text => stressed ? `\\textbf{${cellOf(text)}}` : cellOf(text)))).join('')
      + '\\hline\n\\end{tabular}\n\\end{table}\n';
  }

  /** The numbers of a chart, a column for each of its lines. */
  function valuesOf(chart) {
    const {labels, datasets} = chart.data;
    const title = direction => chart.options.scales[direction].title.text;
    if (labels && labels.length) return [['', title('x')], ...datasets[0].data.map(({x}, i) => [labels[i], Number(x.toPrecision(7))])];
    const lines = datasets.filter(set => set.showLine !== false && !set.aside);
    const columns = lines.map(set => new Map(set.data.map(({x, y}) => [x, y])));
    const xs = [...new Set(columns.flatMap(column => [...column.keys()]))].sort((a, b) => a - b);
    const value = y => Number.isFinite(y) ? Number(y.toPrecision(7)) : '';
    return [[title('x'), ...lines.map(set => `${set.label} (${title('y')})`)], ...xs.map(x => [x, ...columns.map(column => value(column.get(x)))])];
  }

  /** Lets something be made of a chart as it is to be seen alone, with a legend in it if there are several lines. */
  function alone(chart, make) {
    const {legend} = chart.options.plugins;
    const {display} = legend;
    legend.display = chart.data.datasets.length > 1;
    chart.update('none');
    const made = make();
    legend.display = display;
    chart.update('none');
    return made;
  }

  function pngOf(chart) {
    const copied = el('canvas');
    alone(chart, () => {
      chart.options.devicePixelRatio = Math.max(3, devicePixelRatio);
      chart.resize();
      [copied.width, copied.height] = [chart.canvas.width, chart.canvas.height];
      const ctx = copied.getContext('2d');
      ctx.fillStyle = colour('paper');
      ctx.fillRect(0, 0, copied.width, copied.height);
      ctx.drawImage(chart.canvas, 0, 0);
      chart.options.devicePixelRatio = undefined;
      chart.resize();
    });
    return new Promise(done => copied.toBlob(done));
  }

  /** Takes the calls that make up a path, and is one in SVG. */
  class Trace {
    d = '';
    add(command, ...numbers) { this.d += command + numbers.map(x => +x.toFixed(2)).join(' '); }
    moveTo(x, y) { this.add('M', x, y); }
    lineTo(x, y) { this.add(this.d ? 'L' : 'M', x, y); }
    bezierCurveTo(...numbers) { this.add('C', ...numbers); }
    rect(x, y, width, height) { this.add('M', x, y); this.add('h', width); this.add('v', height); this.add('h', -width); this.add('Z'); }
    closePath() { this.add('Z'); }
    arc(x, y, r, from, to, back = false) {
      const turn = Math.min(2 * Math.PI, Math.abs(to - from)) * (back ? -1 : 1);
      const at = angle => [x + r * Math.cos(angle), y + r * Math.sin(angle)];
      this.lineTo(...at(from));
      for (const part of [0.5, 1]) this.add('A', r, r, 0, 0, back ? 0 : 1, ...at(from + part * turn));    // by halves, for an arc has two ends
    }
  }

  /** The chart as a drawing that stays sharp: what it does on its canvas is written down while it
      draws itself once more. The canvas goes on knowing colours, fonts and where it is moved to. */
  function svgOf(chart) {
    return alone(chart, () => {
      const {ctx, width, height, currentDevicePixelRatio: ratio} = chart;
      const escape = text => String(text).replace(/[&<>"]/g, it => `&#${it.codePointAt(0)};`);
      const tag = (name, attributes, content = '') => `<${name}${Object.entries(attributes).filter(([, value]) => value !== '')
        .map(([key, value]) => ` ${key}="${escape(value)}"`).join('')}>${content}</${name}>`;
      const drawn = [tag('title', {}, escape(chart.canvas.getAttribute('aria-label'))), tag('rect', {width, height, fill: colour('paper')})];
      let path = new Trace();
      const clips = [''];                            // as saved and restored, the innermost last
      let clipped = 0;
      const where = () => {
        const {a, b, c, d, e, f} = ctx.getTransform();
        const matrix = [a, b, c, d, e, f].map(x => +(x / ratio).toFixed(4)).join(' ');
        return {transform: matrix === '1 0 0 1 0 0' ? '' : `matrix(${matrix})`};
      };
      const pen = () => ({stroke: ctx.strokeStyle, 'stroke-width': ctx.lineWidth, 'stroke-dasharray': ctx.getLineDash().join(' '),
        'stroke-linejoin': ctx.lineJoin, 'stroke-linecap': ctx.lineCap});
      const add = (name, attributes, content) => {
        const node = tag(name, {...attributes, ...where(), opacity: ctx.globalAlpha === 1 ? '' : ctx.globalAlpha}, content);
        const clip = clips[clips.length - 1];
        drawn.push(clip ? tag('g', {'clip-path': clip}, node) : node);      // which does not move with the node
      };
      const text = (paint, words, x, y) => {
        const [, weight, size, family] = /^(.*?)([\d.]+)px (.*)$/.exec(ctx.font);
        const above = () => ctx.measureText(words).actualBoundingBoxAscent;
        const {textBaseline} = ctx;
        const raised = above();
        ctx.textBaseline = 'alphabetic';             // the one that every program knows
        const down = above() - raised;
        ctx.textBaseline = textBaseline;
        add('text', {x: +x.toFixed(2), y: +(y + down).toFixed(2), 'font-family': family, 'font-size': size, 'font-weight': /\d+|bold/.exec(weight) || '',
          'text-anchor': {center: 'middle', right: 'end', end: 'end'}[ctx.textAlign] || 'start', ...paint}, escape(words));
      };
      const listeners = {
        save: () => clips.push(clips[clips.length - 1]),
        restore: () => clips.length > 1 && clips.pop(),
        beginPath: () => { path = new Trace(); },
        clip: () => {
          drawn.push(tag('clipPath', {id: `clip${++clipped}`, 'clip-path': clips[clips.length - 1]}, tag('path', {d: path.d})));
          clips[clips.length - 1] = `url(#clip${clipped})`;
        },
        stroke: traced => add('path', {d: (traced || path).d, fill: 'none', ...pen()}),
        fill: () => add('path', {d: path.d, fill: ctx.fillStyle}),
        fillRect: (x, y, w, h) => add('rect', {x, y, width: w, height: h, fill: ctx.fillStyle}),
        strokeRect: (x, y, w, h) => add('rect', {x, y, width: w, height: h, fill: 'none', ...pen()}),
        fillText: (...words) => text({fill: ctx.fillStyle}, ...words),
        strokeText: (...words) => text({fill: 'none', ...pen()}, ...words)
      };
      for (const call of ['moveTo', 'lineTo', 'bezierCurveTo', 'rect', 'closePath', 'arc']) listeners[call] = (...numbers) => path[call](...numbers);
      const {Path2D} = window;
      window.Path2D = Trace;                         // Chart.js keeps the paths of its lines
      for (const [call, listener] of Object.entries(listeners)) {
        const really = ctx[call];
        ctx[call] = (...values) => {
          listener(...values);
          if (!(values[0] instanceof Trace)) really.apply(ctx, values);
        };
      }
      try {
        chart.update('none');                        // forgets the paths, and draws
      } finally {
        Object.keys(listeners).forEach(call => delete ctx[call]);
        window.Path2D = Path2D;
      }
      return tag('svg', {xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}`}, drawn.join('\n'));
    });
  }

  /** Says so where a table has to be scrolled. Drawing compares nodes, so it begins without. */
  function hint() {
    document.querySelectorAll('.tabled').forEach(node => {
      const scroll = node.querySelector('.scroll');
      node.className = scroll.scrollWidth > scroll.clientWidth + 1 ? 'tabled wide' : 'tabled';
    });
  }

  // ---------------------------------------------------------------- drawing, following, printing

  function render() {
    document.querySelectorAll('.tabled.wide').forEach(node => { node.className = 'tabled'; });
    if (data.surprisal) surprisalPage(data);
    else if (data.reports) comparisonPage(data);
    else reportPage(data);
    if (live() || followed) document.title = liveTitle(data);
    if (data.progress) {                             // what tests look at
      root.dataset.steps = data.progress.steps;
      root.dataset.points = data.history.steps.length;
    }
    hint();
    root.dataset.drawn = [...charts.keys()].filter(canvas => !canvas.closest('[hidden]')).length;
  }

  const live = () => data.state === 'running' && /^https?:$/.test(location.protocol);

  /** Asks for the data once a second while training runs; gives up after three failures. */
  async function follow(failures) {
    followed = true;
    try {
      const answer = await fetch('data.json', {cache: 'no-store'});
      if (!answer.ok) throw new Error(answer.statusText);
      data = await answer.json();
      failures = 0;
    } catch (failed) {
      failures++;
    }
    lost = failures > 0;
    render();
    if (live() && failures < 3) setTimeout(follow, 1000, failures);
  }

  /** Lists of names and the like go into columns on paper. */
  const isList = lines => lines.length > 8 && lines.filter(line => line.length > 20).length < lines.length / 10;

  let opened = null;                                 // the details opened for printing

  addEventListener('beforeprint', () => {
    if (opened) return;
    opened = [...document.querySelectorAll('details.printed:not([open])')];
    opened.forEach(node => { node.open = true; });
    root.classList.add('light', 'printing');
    redraw();
    document.querySelectorAll('pre.text').forEach(node => node.classList.toggle('list', isList(node.textContent.split('\n'))));
  });
  addEventListener('afterprint', () => {
    (opened || []).forEach(node => { node.open = false; });
    opened = null;
    root.classList.remove('light', 'printing');
    document.querySelectorAll('.list').forEach(node => node.classList.remove('list'));
    redraw();
  });
  for (const query of ['(prefers-color-scheme: dark)', '(max-width: 60rem)', '(max-width: 36rem)'])     // what page.css asks for
    matchMedia(query).addEventListener('change', () => { if (!opened) render(); });          // paper has a width of its own
  addEventListener('resize', hint);

  function redraw() {
    render();
    charts.forEach(chart => chart.resize());
  }

  data = JSON.parse(document.getElementById('data').textContent);
  if (data.reports) view.unit = 'bits';              // their windows may differ in length
  render();
  if (live()) setTimeout(follow, 1000, 0);
})();
