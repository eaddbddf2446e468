// Pictures kept for training lie on the Train tab. What is drawn on the open one, if it is kept, is told there at once.
// The two parts of the page know of each other by events on the document alone; that tab is made when it is first opened.
const kept = { sources: new Set(), waiting: new Map() };
const tell = (name, detail) => document.dispatchEvent(new CustomEvent('wss-' + name, { detail }));
const opened = () => ({ source: store.source, key: store.key, form: cuesForm(), colours: store.classes.map((c) => [c.name, c.colour]) });

function keep() {
  if (!store.key) return toast('Open a picture first.');
  const leaves = kept.sources.has(store.source);
  pass(leaves ? 'left' : 'kept');
  status(leaves ? 'No longer kept for training.' : 'Kept for training. What you draw here is kept too; open the next picture, or go to the Train tab.');
}
// After each change of the cues.
function follow() {
  if (store.source && kept.sources.has(store.source)) pass('drawn');
  showKept();
}
// Tell the Train tab of the open picture, or remember what is to be told once it is there.
function pass(name) {
  if (!kept.waiting) return tell(name, opened());
  if (name === 'left') kept.waiting.delete(store.source); else kept.waiting.set(store.source, opened());
  kept.sources = new Set(kept.waiting.keys());
  showKept();
}
function showKept() {
  const here = Boolean(store.source) && kept.sources.has(store.source), count = kept.sources.size;
  $('[data-do=keep]').setAttribute('aria-pressed', here);
  $('[data-do=keep]').classList.toggle('on', here);
  out('keep', here ? 'Kept for training ✓' : 'Keep for training');
  out('kept', count ? count + (count === 1 ? ' picture' : ' pictures') + ' on the Train tab' : 'Train a model on pictures you cue');
}
// One of them comes back, to be corrected: with its cues, and with what was trained as the method.
async function openKept({ source, form, told }) {
  if (told) addModel(told);
  if (form && !fits(form.classes)) setMethod('auto');
  await openWith(source, '', form);
  if (store.source !== source || !told) return;
  const same = told.classes.length === store.classes.length && store.classes.every((c, i) => c.name === told.classes[i]);
  const strange = store.partial || store.cues.some((c) => c.label && c.label !== IGNORE && !told.classes.includes(nameOf(c.label)));
  if (!same && strange) toast('This picture has cues of a class that was not learned yet. Train again to see an answer with it.');
  else setMethod(told.method);
}
document.addEventListener('wss-shelf', (event) => {
  const before = kept.waiting || new Map();
  kept.waiting = null;
  kept.sources = new Set(event.detail.sources);
  for (const detail of before.values()) tell('kept', detail);
  showKept();
});
document.addEventListener('wss-open', (event) => openKept(event.detail));
