// What the person has drawn and named: classes, cues, tags. Every change goes through commit(), so that every change can be undone.
// Positions are in pixels of the picture that was sent; classes and cues are replaced, never changed in place.
const IGNORE = 255, MAX_CLASSES = 254, MAX_CUES = 2000, MAX_PATH = 10000, MAX_UNDO = 200;
const COLOURS = ['#334155', '#f43f5e', '#22c55e', '#3b82f6', '#f59e0b', '#a855f7', '#06b6d4', '#ec4899', '#84cc16', '#f97316', '#14b8a6', '#eab308'];

const store = {
  classes: [{ name: 'background', colour: COLOURS[0], tag: false }, { name: 'object', colour: COLOURS[1], tag: false }],
  cues: [], partial: null, active: 1,
  tool: 'stroke', brush: 14, opacity: 50, live: true, showMask: true, uncertain: false, method: 'auto',
  key: null, source: null, width: 0, height: 0, image: null,
};
const past = [], future = [];
const snapshot = () => ({ classes: store.classes, cues: store.cues, partial: store.partial });

function colourFor(label) {
  if (label < COLOURS.length) return COLOURS[label];
  const hue = (label * 137.508) % 360, channel = (n) => {
    const k = (n + hue / 30) % 12, light = 0.5 - 0.12 * (label % 3 - 1);
    const value = light - 0.75 * Math.min(light, 1 - light) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(value * 255).toString(16).padStart(2, '0');
  };
  return '#' + channel(0) + channel(8) + channel(4);
}
const colourOf = (label) => label === IGNORE ? '#f8fafc' : (store.classes[label] || { colour: colourFor(label) }).colour;
const nameOf = (label) => label === IGNORE ? 'ignore' : (store.classes[label] || { name: '?' }).name;

const newClass = (name, label) => ({ name, colour: colourFor(label), tag: false });

function commit(change) {
  const before = snapshot();
  change();
  past.push(before);
  if (past.length > MAX_UNDO) past.shift();
  future.length = 0;
  changed();
}
function step(from, to) {
  if (!from.length) return false;
  to.push(snapshot());
  Object.assign(store, from.pop());
  afterReplacing();
  changed();
  return true;
}
// Classes or cues were replaced: nothing half drawn, no old preview and no label without a class may stay.
function afterReplacing() {
  view.outline = null;
  if (store.active !== IGNORE) store.active = Math.min(store.active, store.classes.length - 1);
  previewForget(Infinity);
}
function undo() {
  if (!view.outline) return step(past, future);
  const path = view.outline.path.slice(0, -1); // first the corners of a polygon that is not closed yet
  view.outline = path.length ? { ...view.outline, path } : null;
  draw();
  return true;
}
const redo = () => step(future, past);
function forgetHistory() { past.length = 0; future.length = 0; }

function addCue(cue) {
  if (store.cues.length >= MAX_CUES) return toast('That is ' + MAX_CUES + ' cues, which is the most possible. Erase some first.');
  commit(() => { store.cues = [...store.cues, cue]; });
}
const removeCue = (cue) => commit(() => { store.cues = store.cues.filter((c) => c !== cue); previewForget(Infinity); });
const clearCues = () => {
  if (!store.cues.length && !store.partial) return;
  commit(() => { store.cues = []; store.partial = null; afterReplacing(); });
};

function addClass() {
  if (classesAreFixed()) return;
  if (store.classes.length >= MAX_CLASSES) return toast('That is ' + MAX_CLASSES + ' classes, which is the most possible.');
  let n = store.classes.length, name;
  do { name = 'object ' + n++; } while (store.classes.some((c) => c.name === name));
  commit(() => {
    store.classes = [...store.classes, newClass(name, store.classes.length)];
    store.active = store.classes.length - 1;
  });
}
function renameClass(label, name) {
  name = [...name.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, '').trim()].slice(0, 64).join('').trim();
  if (!name || name === nameOf(label) || classesAreFixed()) return;
  if (store.classes.some((c) => c.name === name)) return toast('There is a class of that name already.');
  editClass(label, { name });
}
const editClass = (label, change) =>
  commit(() => { store.classes = store.classes.map((c, i) => i === label ? { ...c, ...change } : c); });
function removeClass(label) {
  if (classesAreFixed()) return;
  if (label === 0 || store.classes.length <= 2) return toast('Background and one more class must stay. Rename it instead.');
  if (store.partial) return toast('These cues hold a mask file. Clear the cues before you remove a class.');
  commit(() => {
    store.classes = store.classes.filter((c, i) => i !== label);
    store.cues = store.cues.filter((c) => c.label !== label)
      .map((c) => c.label !== IGNORE && c.label > label ? { ...c, label: c.label - 1 } : c);
    if (store.active !== IGNORE && store.active >= label) store.active = Math.max(1, store.active - 1);
    afterReplacing();
    clearMask(); // its labels mean other classes now
  });
}

// The JSON form that the page, the API, the command line and files share.
function cuesForm(drawing) {
  const all = drawing ? [...store.cues, drawing] : store.cues, of = (kind) => all.filter((c) => c.kind === kind);
  const tags = store.classes.filter((c) => c.tag).map((c) => c.name);
  const form = { classes: store.classes.map((c) => c.name) };
  if (tags.length) form.tags = tags;
  form.points = of('point').map((c) => [c.x, c.y, c.label]);
  form.boxes = of('box').map((c) => [c.x0, c.y0, c.x1, c.y1, c.label]);
  form.strokes = all.filter((c) => c.kind === 'stroke' || c.kind === 'fill')
    .map((c) => ({ label: c.label, width: c.kind === 'fill' ? 0 : c.width, path: c.path }));
  if (store.partial) form.labels = store.partial;
  return form;
}
function loadForm(form) {
  const names = form.classes && form.classes.length > 1 ? form.classes : null;
  const known = new Map(store.classes.map((c) => [c.name, c.colour]));
  commit(() => {
    if (names) {
      store.classes = names.map((name, i) => ({ ...newClass(name, i), colour: known.get(name) || colourFor(i) }));
    }
    while (store.classes.length <= (form.max_label || 0)) {
      const i = store.classes.length;
      store.classes = [...store.classes, newClass('object ' + i, i)];
    }
    const tags = new Set(form.tags || []);
    for (const name of tags) {
      if (!names && !store.classes.some((c) => c.name === name)) store.classes = [...store.classes, newClass(name, store.classes.length)];
    }
    store.classes = store.classes.map((c) => ({ ...c, tag: tags.has(c.name) }));
    store.cues = [
      ...form.boxes.map(([x0, y0, x1, y1, label]) => ({ kind: 'box', x0, y0, x1, y1, label })),
      ...form.strokes.map((s) => s.width ? { kind: 'stroke', ...s } : { kind: 'fill', label: s.label, path: s.path }),
      ...form.points.map(([x, y, label]) => ({ kind: 'point', x, y, label })),
    ];
    store.partial = form.labels || null;
    afterReplacing();
    clearMask();
  });
}
