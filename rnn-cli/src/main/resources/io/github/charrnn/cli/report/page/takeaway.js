/* Taking things away: texts, tables and charts, to the clipboard and into files. */

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
