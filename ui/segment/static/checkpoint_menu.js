// Checkpoints of the Hub: named by the person, fetched by the server, and from then on a method among the others.
// Their descriptions were written by strangers: only ever set as text.
const checkpoints = new Map(), hub = { requests: 0, listed: false, cardShown: false };
const checkpoint = () => checkpoints.get(store.method);
const fixedClasses = () => (checkpoint() ? checkpoint().classes : []);
const canSegment = () => hasCues() || Boolean(checkpoint() && checkpoint().learns);
const classesFit = (names) => !fixedClasses().length || (names.length === fixedClasses().length && names.every((name, i) => name === fixedClasses()[i]));

function setMethod(method) {
  store.method = method;
  $('[data-select=method]').value = method;
  showCheckpoint();
  if (!classesFit(store.classes.map((c) => c.name))) adoptClasses(fixedClasses());
  else if (!canSegment() || store.live) requestMask();
}
function showCheckpoint() {
  const info = checkpoint(), list = $('.wss-summary');
  list.hidden = !info;
  if (info || hub.cardShown) trigger('chosen', { method: store.method }); // shows its card below the picture, or hides it
  hub.cardShown = Boolean(info);
  if (!info) return;
  const link = info.url ? make('a', { href: info.url, target: '_blank', rel: 'noopener noreferrer', textContent: info.label }) : info.label;
  const rows = info.rows.flatMap(([term, text]) => [make('dt', { textContent: term }), make('dd', { textContent: text })]);
  list.replaceChildren(make('dt', { textContent: 'Checkpoint' }), make('dd', {}, link), ...rows);
}
// Take over the checkpoint's classes. Cues of classes that it has by the same name stay.
function adoptClasses(names) {
  const newLabels = store.classes.map((c, label) => (label ? names.indexOf(c.name) : 0)), colours = new Map(store.classes.map((c) => [c.name, c.colour]));
  const newLabel = (label) => (label === IGNORE ? IGNORE : newLabels[label]);
  const kept = store.cues.filter((c) => newLabel(c.label) >= 0).map((c) => ({ ...c, label: newLabel(c.label) }));
  const removed = store.cues.length - kept.length + (store.partial ? 1 : 0);
  commit(() => {
    store.classes = names.map((name, label) => ({ ...newClass(name, label), colour: colours.get(name) || colourFor(label) }));
    Object.assign(store, { cues: kept, partial: null, active: 1 });
    afterReplacing();
    clearMask();
  });
  if (removed) toast('Removed ' + removed + (removed === 1 ? ' cue' : ' cues') + ' of classes that the checkpoint does not have. Undo brings back cues and classes.');
}
// Undo, or a file, brought other classes: the checkpoint cannot be used with them.
function leaveCheckpoint() {
  if (classesFit(store.classes.map((c) => c.name))) return;
  const label = checkpoint().label;
  setMethod('auto');
  toast('The classes are no longer those of ' + label + ', so auto is in use. Choose it as the method again to take its classes.');
}
function classesAreFixed() {
  if (fixedClasses().length) toast('The classes are those of ' + checkpoint().label + '. Choose another method to change them.');
  return fixedClasses().length > 0;
}

async function useCheckpoint(text) {
  const number = ++hub.requests, name = text.trim();
  if (!name) { setText('loading', 'Give its name on the Hub: user/repo'); return; }
  setText('loading', 'Fetching ' + name + '…');
  const answer = await callWhileBusy('use_checkpoint', { name }, () => number === hub.requests, 200);
  if (number !== hub.requests) return;
  if (!answer || answer.error || answer.busy) { setText('loading', answer && answer.error ? answer.error : 'The server does not answer, or is busy. Try again in a minute.'); return; }
  addCheckpoint(answer);
  setText('loading', 'Loaded ' + answer.label + '. It is the method now; its card is below the picture.');
  root.dataset.model = answer.method;
  setMethod(answer.method);
}
function addCheckpoint(info) {
  if (!checkpoints.has(info.method)) $('[data-select=method]').append(make('option', { value: info.method, textContent: info.label }));
  checkpoints.set(info.method, info);
}
// The Hub is asked once, and only when somebody opens the list.
async function showNewest() {
  if (hub.listed) return;
  hub.listed = true;
  setText('listing', 'Asking the Hub for the newest…');
  const answer = await callWhileBusy('list_checkpoints', {}, () => true, 40);
  const rows = answer && answer.rows;
  hub.listed = Boolean(rows);
  setText('listing', rows ? (rows.length ? 'Newest on the Hub:' : 'There is none on the Hub yet.') : answer && answer.error ? answer.error : 'The server does not answer.');
  $('.wss-newest').replaceChildren(...(rows || []).map((row) => {
    const button = make('button', { type: 'button' }, make('b', { textContent: row.name }), make('span', { textContent: row.about }));
    button.addEventListener('click', () => { $('[data-field=checkpoint]').value = row.name; useCheckpoint(row.name); });
    return make('li', {}, button);
  }));
}
function push() {
  const field = (name) => $('[data-field=' + name + ']'), classes = store.classes.map((c) => c.name);
  return pushToHub('pushed', $('[data-form=push] button'), { repo: field('repo').value.trim(), private: field('private').checked, create_pr: field('create_pr').checked, method: store.method, classes });
}
$('[data-form=use]').addEventListener('submit', (event) => { event.preventDefault(); useCheckpoint($('[data-field=checkpoint]').value); });
$('[data-form=push]').addEventListener('submit', (event) => { event.preventDefault(); push(); });
$('[data-more=hub]').addEventListener('toggle', (event) => { if (event.target.open) showNewest(); });
