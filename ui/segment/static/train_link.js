// The link to the Train tab: pictures kept for training, and every change of their cues, are sent there at once.
// The two parts of the page know of each other by events on the document alone; that tab is made when it is first opened.
// waiting: {source: event} to send once that tab is there; null afterwards.
const kept = { sources: new Set(), waiting: new Map() };
const emit = (name, detail) => document.dispatchEvent(new CustomEvent('wss-' + name, { detail }));
const openImageDetail = () => ({ source: store.source, key: store.key, cues: cuesForm(), colours: store.classes.map((c) => [c.name, c.colour]) });

function toggleKeep() {
  if (!store.key) return toast('Open a picture first.');
  const isKept = kept.sources.has(store.source);
  emitWhenReady(isKept ? 'remove-image' : 'keep-image');
  status(isKept ? 'No longer kept for training.' : 'Kept for training. What you draw here is kept too; open the next picture, or go to the Train tab.');
}
// After each change of the cues.
function sendKeptCues() {
  if (store.source && kept.sources.has(store.source)) emitWhenReady('cues-changed');
  showKept();
}
function emitWhenReady(name) {
  if (!kept.waiting) return emit(name, openImageDetail());
  if (name === 'remove-image') kept.waiting.delete(store.source); else kept.waiting.set(store.source, openImageDetail());
  kept.sources = new Set(kept.waiting.keys());
  showKept();
}
function showKept() {
  const isKept = Boolean(store.source) && kept.sources.has(store.source), count = kept.sources.size;
  $('[data-do=keep]').setAttribute('aria-pressed', isKept);
  $('[data-do=keep]').classList.toggle('on', isKept);
  setText('keep', isKept ? 'Kept for training ✓' : 'Keep for training');
  setText('kept', count ? count + (count === 1 ? ' picture' : ' pictures') + ' on the Train tab' : 'Train a model on pictures you cue');
}
// A kept picture comes back to be corrected: with its cues, and with the trained checkpoint as the method.
async function openKept({ source, cues, checkpoint: trained }) {
  if (trained) addCheckpoint(trained);
  if (cues && !classesFit(cues.classes)) setMethod('auto');
  await openWith(source, '', cues);
  if (store.source !== source || !trained) return;
  const sameClasses = trained.classes.length === store.classes.length && store.classes.every((c, i) => c.name === trained.classes[i]);
  const hasNewClass = store.partial || store.cues.some((c) => c.label && c.label !== IGNORE && !trained.classes.includes(nameOf(c.label)));
  if (!sameClasses && hasNewClass) toast('This picture has cues of a class that was not learned yet. Train again to see a mask with it.');
  else setMethod(trained.method);
}
document.addEventListener('wss-training-images', (event) => {
  const waiting = kept.waiting || new Map();
  kept.waiting = null;
  kept.sources = new Set(event.detail.sources);
  for (const detail of waiting.values()) emit('keep-image', detail);
  showKept();
});
document.addEventListener('wss-open-image', (event) => openKept(event.detail));
