/* The text coloured by surprisal. */

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
  const starts = new WeakMap();
  const spans = [];
  for (let from = 0, to; from < symbols.length; from = to) {      // neighbours of one class share a span
    to = from + 1;
    while (to < symbols.length && level(nats[to]) === level(nats[from])) to++;
    const span = el('span', {class: 's' + level(nats[from])}, legible(symbols.slice(from, to).join('')));
    starts.set(span, [from, to]);
    spans.push(span);
  }
  const text = passage(spans);
  text.classList.add('surprise');
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
