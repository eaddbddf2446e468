// The panel: classes, cues, method, examples. Names are people's text: only ever set as text, never as HTML.
function showClasses() {
  showChips();
  const list = $('.wss-classes');
  if (list.contains(document.activeElement) && document.activeElement.type === 'text') return;
  const focus = list.contains(document.activeElement) && document.activeElement.getAttribute('aria-label');
  list.replaceChildren(...store.classes.map(classRow), ignoreRow());
  if (focus) for (const control of list.querySelectorAll('[aria-label]')) if (control.getAttribute('aria-label') === focus) control.focus();
  const on = list.querySelector('.on');
  if (on) list.scrollTop = Math.min(Math.max(list.scrollTop, on.offsetTop + on.offsetHeight - list.offsetTop - list.clientHeight), on.offsetTop - list.offsetTop);
}
// On a phone the list of classes lies below the picture: the chips above it choose a class without scrolling.
function showChips() {
  const labels = [...store.classes.keys(), IGNORE];
  $('.wss-chips').replaceChildren(...labels.map((label) => {
    const chip = make('button', { type: 'button', title: 'Draw ' + nameOf(label), className: (store.active === label ? 'on' : '') + (label === IGNORE ? ' wss-stripes' : '') });
    if (label !== IGNORE) chip.style.background = colourOf(label);
    chip.setAttribute('aria-label', 'Draw ' + nameOf(label));
    chip.setAttribute('aria-pressed', store.active === label);
    chip.addEventListener('click', () => setActive(label));
    return chip;
  }));
}
function pickRow(label, key, ...content) {
  const on = store.active === label;
  const row = make('div', { className: 'wss-class' + (on ? ' on' : '') }, ...content);
  const pick = make('button', { type: 'button', className: 'wss-pick', textContent: key, title: 'Draw ' + nameOf(label) + (key ? ' (key ' + key + ')' : '') });
  pick.setAttribute('role', 'radio');
  pick.setAttribute('aria-checked', on);
  pick.setAttribute('aria-label', 'Draw ' + nameOf(label));
  pick.dataset.label = label;
  row.prepend(pick);
  row.addEventListener('pointerdown', (event) => { if (event.target === row || event.target === pick) setActive(label); });
  pick.addEventListener('click', () => setActive(label));
  return row;
}
function classRow(entry, label) {
  const name = make('input', { type: 'text', value: entry.name, maxLength: 64, title: 'Rename' });
  name.setAttribute('aria-label', 'Name of class ' + label);
  name.addEventListener('focus', () => { if (store.active !== label) setActive(label, true); });
  name.addEventListener('keydown', (event) => { if (event.key === 'Enter') name.blur(); if (event.key === 'Escape') { name.value = entry.name; name.blur(); } });
  name.addEventListener('change', () => { renameClass(label, name.value); name.value = nameOf(label); });
  const colour = make('input', { type: 'color', value: entry.colour, title: 'Colour' });
  colour.setAttribute('aria-label', 'Colour of ' + entry.name);
  colour.addEventListener('change', () => editClass(label, { colour: colour.value }));
  const key = label < 10 ? String(label) : '';
  if (label === 0) return pickRow(label, key, colour, name);
  const tag = make('input', { type: 'checkbox', checked: entry.tag, title: 'Tag: this class is in the picture' });
  tag.setAttribute('aria-label', entry.name + ' is in the picture');
  tag.addEventListener('change', () => editClass(label, { tag: tag.checked }));
  const remove = make('button', { type: 'button', className: 'wss-x', textContent: '×', title: 'Remove the class and its cues' });
  remove.setAttribute('aria-label', 'Remove ' + entry.name);
  remove.addEventListener('click', () => removeClass(label));
  return pickRow(label, key, colour, name, tag, remove);
}
function ignoreRow() {
  const swatch = make('i', { className: 'wss-hatch' });
  return pickRow(IGNORE, 'I', swatch, make('span', { className: 'wss-fixed', textContent: 'ignore', title: 'Pixels that no method learns from and no metric counts' }));
}
function setActive(label, typing) {
  if (label !== IGNORE && label >= store.classes.length) return;
  store.active = label;
  showChips();
  if (typing) for (const row of root.querySelectorAll('.wss-class')) row.classList.toggle('on', row.querySelector('.wss-pick').dataset.label === String(label));
  else showClasses();
}
function showCues() {
  setText('count', store.cues.length + (store.partial ? 1 : 0));
  const rows = store.cues.map((cue, i) => {
    const dot = make('i', { className: 'wss-dot' });
    dot.style.background = colourOf(cue.label);
    const remove = make('button', { type: 'button', className: 'wss-x', textContent: '×' });
    remove.setAttribute('aria-label', 'Delete ' + cue.kind + ' ' + (i + 1));
    remove.addEventListener('click', () => { view.hover = null; removeCue(cue); });
    const row = make('li', {}, dot, make('span', { textContent: cue.kind + ' · ' + nameOf(cue.label) }), remove);
    row.addEventListener('pointerenter', () => { view.hover = cue; draw(); });
    row.addEventListener('pointerleave', () => { view.hover = null; draw(); });
    return row;
  });
  if (store.partial) {
    const remove = make('button', { type: 'button', className: 'wss-x', textContent: '×' });
    remove.setAttribute('aria-label', 'Delete the partial mask');
    remove.addEventListener('click', () => commit(() => { store.partial = null; }));
    rows.unshift(make('li', {}, make('span', { textContent: 'partial mask (from a file)' }), remove));
  }
  $('.wss-list ul').replaceChildren(...rows);
}
function showAbout() {
  const option = (entry) => make('option', { value: entry.name, textContent: entry.name + (entry.about ? ': ' + entry.about : '') });
  $('[data-select=method]').replaceChildren(...about.methods.map(option));
  $('[data-select=export]').replaceChildren(...about.exports.map((e) => make('option', { value: e.name, textContent: e.about })));
  setText('push-refused', about.push_refused);
  $('[data-form=push]').hidden = Boolean(about.push_refused);
}
function showExamples(examples) {
  for (const gallery of root.querySelectorAll('.wss-examples')) gallery.replaceChildren(...examples.map(exampleButton));
}
function exampleButton(example) {
  const button = make('button', { type: 'button', title: example.about }, make('img', { src: example.image, alt: '' }), make('span', { textContent: example.title }));
  button.dataset.example = example.name;
  button.setAttribute('aria-label', 'Example: ' + example.about);
  button.addEventListener('click', () => openWith({ example: true, payload: { name: example.name } }, ''));
  return button;
}
