/* Charts, by Chart.js: lines, bars, and what is written on them. */

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
    const end = points.reduce((a, {x}) => Math.max(a, x), first);      // a short run among long ones has a later part too
    const late = points.filter(point => point.x >= first + 0.05 * (end - first)).map(point => point.y)
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
