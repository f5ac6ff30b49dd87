/* The comparison of runs. */

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
  part(section, 'compressors', 'p', {}, compressors(measured[0].report.comparison));
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
