// Checkpoints of the Hub: named by the person, fetched by the server, and from then on a method among the others.
// What is told of them was written by strangers: only ever set as text.
const models = new Map(), hub = { asked: 0, listed: false, carded: false };
const model = () => models.get(store.method);
const fixedClasses = () => (model() ? model().classes : []);
const answerable = () => hasCues() || Boolean(model() && model().learns);
const fits = (names) => !fixedClasses().length || (names.length === fixedClasses().length && names.every((name, i) => name === fixedClasses()[i]));

function setMethod(method) {
  store.method = method;
  $('[data-select=method]').value = method;
  showModel();
  if (!fits(store.classes.map((c) => c.name))) takeClasses(fixedClasses());
  else if (!answerable() || store.live) kick();
}
function showModel() {
  const told = model(), place = $('.wss-facts');
  place.hidden = !told;
  if (told || hub.carded) trigger('chosen', { method: store.method }); // its card, or none, below the picture
  hub.carded = Boolean(told);
  if (!told) return;
  const link = told.url ? make('a', { href: told.url, target: '_blank', rel: 'noopener noreferrer', textContent: told.label }) : told.label;
  const rows = told.rows.flatMap(([what, words]) => [make('dt', { textContent: what }), make('dd', { textContent: words })]);
  place.replaceChildren(make('dt', { textContent: 'Checkpoint' }), make('dd', {}, link), ...rows);
}
// The classes are the checkpoint's now. Cues of classes that it knows by the same name stay.
function takeClasses(names) {
  const places = store.classes.map((c, label) => (label ? names.indexOf(c.name) : 0)), colours = new Map(store.classes.map((c) => [c.name, c.colour]));
  const moved = (label) => (label === IGNORE ? IGNORE : places[label]);
  const kept = store.cues.filter((c) => moved(c.label) >= 0).map((c) => ({ ...c, label: moved(c.label) }));
  const lost = store.cues.length - kept.length + (store.partial ? 1 : 0);
  commit(() => {
    store.classes = names.map((name, label) => ({ ...newClass(name, label), colour: colours.get(name) || colourFor(label) }));
    Object.assign(store, { cues: kept, partial: null, active: 1 });
    replaced();
    clearMask();
  });
  if (lost) toast(lost + (lost === 1 ? ' cue' : ' cues') + ' of classes that it does not know had to go. Undo brings back cues and classes.');
}
// Undo, or a file, brought other classes: the checkpoint cannot be used with them.
function leaveModel() {
  if (fits(store.classes.map((c) => c.name))) return;
  const left = model().label;
  setMethod('auto');
  toast('The classes are no longer those of ' + left + ', so auto is in use. Choose it as the method again to take its classes.');
}
function classesAreFixed() {
  if (fixedClasses().length) toast('The classes are those of ' + model().label + '. Choose another method to change them.');
  return fixedClasses().length > 0;
}

async function useCheckpoint(name) {
  const turn = ++hub.asked, wanted = name.trim();
  if (!wanted) { out('loading', 'Give its name on the Hub: user/repo'); return; }
  out('loading', 'Fetching ' + wanted + '…');
  const answer = await insist('use', { name: wanted }, () => turn === hub.asked, 200);
  if (turn !== hub.asked) return;
  if (!answer || answer.error || answer.busy) { out('loading', answer && answer.error ? answer.error : 'The server does not answer, or is busy. Try again in a minute.'); return; }
  addModel(answer);
  out('loading', 'Loaded ' + answer.label + '. It is the method now; its card is below the picture.');
  root.dataset.model = answer.method;
  setMethod(answer.method);
}
function addModel(told) {
  if (!models.has(told.method)) $('[data-select=method]').append(make('option', { value: told.method, textContent: told.label }));
  models.set(told.method, told);
}
// Asked for only when somebody wants to see it, once.
async function showKnown() {
  if (hub.listed) return;
  hub.listed = true;
  out('listing', 'Asking the Hub for the newest…');
  const answer = await insist('known', {}, () => true, 40);
  const told = answer && answer.rows;
  hub.listed = Boolean(told);
  out('listing', told ? (told.length ? 'Newest on the Hub:' : 'There is none on the Hub yet.') : answer && answer.error ? answer.error : 'The server does not answer.');
  $('.wss-known').replaceChildren(...(told || []).map(({ name, about: words }) => {
    const button = make('button', { type: 'button' }, make('b', { textContent: name }), make('span', { textContent: words }));
    button.addEventListener('click', () => { $('[data-field=checkpoint]').value = name; useCheckpoint(name); });
    return make('li', {}, button);
  }));
}
function push() {
  const field = (name) => $('[data-field=' + name + ']'), classes = store.classes.map((c) => c.name);
  return pushTo('pushed', $('[data-form=push] button'), { repo: field('repo').value.trim(), private: field('private').checked, create_pr: field('create_pr').checked, method: store.method, classes });
}
$('[data-form=use]').addEventListener('submit', (event) => { event.preventDefault(); useCheckpoint($('[data-field=checkpoint]').value); });
$('[data-form=push]').addEventListener('submit', (event) => { event.preventDefault(); push(); });
$('[data-more=hub]').addEventListener('toggle', (event) => { if (event.target.open) showKnown(); });
