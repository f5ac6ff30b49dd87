/* The report of one run. */

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
    count('Shards', 'shards'),
    count('Steps from mean to mean', 'localSteps'),
    ['Optimizer', settings.optimizer], value('Initial accumulator', 'initialAccumulator'), value('Momentum', 'momentum'),
    value('Decay', 'decay'), value('Beta 1', 'beta1'), value('Beta 2', 'beta2'), value('Weight decay', 'weightDecay'),
    value('Rate of U, times', 'inputRate'), value('Rate of V, times', 'outputRate'),
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
    remembered(el('pre', {class: 'text'}, el('code', null, text.split(' ').flatMap((word, i) => [i ? ' ' : null, el('span', null, legible(word))]))), text), el('button', {type: 'button', 'data-take': 'text'}, 'Copy'))];
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
    caption: `Loss: ${history.windowsPerPoint === 1 ? 'of each step' : `the mean of ${several(history.windowsPerPoint, 'step')} at each of ${several(loss.length, 'point')}`}; smooth loss: the running mean, 0.999\u00a0·\u00a0smooth loss + 0.001\u00a0·\u00a0loss, from the first loss on.`
      + (heldOut.length ? ` Held-out loss: measured on ${several(report.validation.characters, 'character')} that were not trained on.` : '')
      + (above ? ` The axis is fitted to the later part of training: ${several(above, 'point')} of the loss${above === 1 ? ' lies' : ' lie'} above it, the highest at ${fixed(loss.reduce((a, b) => Math.max(a, b.y), 0))}.` : '')
      + (smooth.some(({y}) => y > range.max) ? ` The smooth loss ${smooth.every(({y}) => !(y <= range.max)) ? 'stays' : 'begins'} above the axis.` : ''),
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
    scales: {x: axis('step', {min: 0, max: report.progress.steps}), y: axis('known words, %', {min: 0, max: 100})},
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
  show(keep(section, 'text', 'p'), `How many bits each model needs per character on ${several(comparison.characters, 'character')}. The n-gram models (${comparison.method}) were fitted to ${several(comparison.fittedTo, 'character')}; an n-gram model predicts a character from the n\u00a0−\u00a01 before it.`
    + (comparison.orders ? ` Counted up to n = ${number(comparison.orders)}, shown up to the best.` : '')
    + (comparison.heldOut ? ' None of the models was trained on the characters measured. The network reads them as one text here, and the held-out loss of training may be of pieces of it: the two can differ by a percent.' : ''));
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
    heatMap(`The passage, coloured by the activation of unit ${unit.unit}; the numbers are in the table below.`,
      characters.map((each, i) => activation(unit.activations[i], each === '\n' ? '↵\n' : legible(each)))))));
  details(section, 'table', 'The activations as a table', () => table('Activations by character', ['Position', 'Character', ...units.units.map(unit => `Unit ${unit.unit}`)],
    characters.map((each, i) => [number(i + 1), character(each), ...units.units.map(unit => signed(unit.activations[i]))])));
}

function heatMap(label, content) {
  const map = passage(content);
  map.classList.add('heat');
  map.setAttribute('role', 'img');
  map.setAttribute('aria-label', label);
  return map;
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
  show(keep(section, 'formulas', 'p'), 'With a for the gradient by backpropagation and d for that by differences: the relative error of an element is |a\u00a0−\u00a0d| / max(10⁻⁶,\u00a0|a|\u00a0+\u00a0|d|), that of norms ‖a\u00a0−\u00a0d‖ / max(10⁻⁶,\u00a0‖a‖\u00a0+\u00a0‖d‖) over the elements compared, and the difference |a\u00a0−\u00a0d|. Within tolerance are elements whose difference is at most the tolerance.');
  show(keep(section, 'glossary', 'p'), 'Of the five published course reports, 000 and 002 give the largest relative error, as “maximum relative error”; 001 gives the share within tolerance, and the largest difference as “maximum error”; 003 gives the mean difference, as “mean absolute difference”; 004 gives a “relative error” that by its size is that of norms.');
}

function notesSection(section, {notes}) {
  if (!notes || notes.length === 0) return false;
  show(keep(section, 'list', 'ul', {class: 'notes'}), notes.map(note => el('li', null, legible(note))));
}
