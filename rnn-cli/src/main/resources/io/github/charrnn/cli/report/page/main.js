/* Drawing, following a run, printing. */

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

let opened = null;                                 // the details opened for printing

addEventListener('beforeprint', () => {
  if (opened) return;
  opened = [...document.querySelectorAll('details.printed:not([open])')];
  opened.forEach(node => { node.open = true; });
  root.classList.add('light', 'printing');
  redraw();
});
addEventListener('afterprint', () => {
  (opened || []).forEach(node => { node.open = false; });
  opened = null;
  root.classList.remove('light', 'printing');
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
