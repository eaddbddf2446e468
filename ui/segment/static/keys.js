// Buttons, sliders, switches and keys.
const KEYS = [
  ['B P R F E', 'stroke, point, box, fill, erase'], ['H, hold Space', 'move the picture'], ['1 … 9', 'choose a class'], ['0', 'background'], ['I', 'ignore'],
  ['right button', 'draw background'], ['[ ] or wheel', 'brush width'], ['Ctrl + wheel, two fingers, + −', 'zoom'], ['Alt + 0', 'fit the picture'],
  ['Ctrl+Z, Ctrl+Shift+Z', 'undo, redo'], ['Delete', 'delete the cue under the pointer, or the last one'], ['M', 'hide or show the mask'], ['U', 'uncertainty view'],
  ['L', 'live on or off'], ['Enter', 'close a polygon; update once'], ['Escape', 'drop a polygon, close this'], ['?', 'this help'],
];
const actions = {
  undo: () => undo(), redo: () => redo(), clear: clearCues, fit: fitScale, zoomIn: () => zoom(1.3), zoomOut: () => zoom(1 / 1.3), addClass,
  once: () => (store.key ? requestMask() : toast('Open a picture first.')), save: exportFile, open: () => $('[data-file=picture]').click(), loadCues: () => $('[data-file=cues]').click(),
  keep: toggleKeep,
  help: () => { $('.wss-help').hidden = !$('.wss-help').hidden; }, closeToast,
};
for (const button of root.querySelectorAll('[data-do]')) button.addEventListener('click', () => actions[button.dataset.do]());
for (const button of root.querySelectorAll('[data-tool]')) button.addEventListener('click', () => setTool(button.dataset.tool));
for (const box of root.querySelectorAll('[data-check]')) box.addEventListener('change', () => setCheck(box.dataset.check, box.checked));
$('[data-range=brush]').addEventListener('input', (event) => setBrush(Number(event.target.value)));
$('[data-range=opacity]').addEventListener('input', (event) => { store.opacity = Number(event.target.value); setText('opacity', store.opacity); draw(); });
$('[data-select=method]').addEventListener('change', (event) => { event.target.blur(); setMethod(event.target.value); });
$('.wss-help').append(
  make('h2', { textContent: 'Keys and gestures' }),
  make('dl', {}, ...KEYS.flatMap(([key, what]) => [make('dt', { textContent: key }), make('dd', { textContent: what })])),
  make('button', { type: 'button', textContent: 'Close', onclick: () => actions.help() }),
);

function setTool(tool) {
  store.tool = tool;
  if (tool !== 'fill' && tool !== 'pan') view.outline = null;
  for (const button of root.querySelectorAll('[data-tool]')) {
    const on = button.dataset.tool === tool;
    button.setAttribute('aria-checked', on);
    button.classList.toggle('on', on);
  }
  canvas.dataset.tool = tool;
  draw();
}
function setBrush(width) {
  store.brush = Math.max(1, Math.min(120, Math.round(width)));
  $('[data-range=brush]').value = store.brush;
  setText('brush', store.brush);
  draw();
}
const stepBrush = (sign) => setBrush(store.brush + sign * Math.max(1, Math.round(store.brush / 8)));
function setCheck(name, on) {
  store[name] = on;
  $('[data-check=' + name + ']').checked = on;
  if (name === 'showMask' || name === 'uncertain') draw();
  if ((name === 'uncertain' && on) || (name === 'live' && on)) requestMask();
}
function deleteCue() {
  const under = view.cursor && cueAt(...toImage(...view.cursor)), cue = under || store.cues[store.cues.length - 1];
  if (cue) removeCue(cue);
}
const letterKeys = {
  b: () => setTool('stroke'), p: () => setTool('point'), r: () => setTool('box'), f: () => setTool('fill'), e: () => setTool('erase'), h: () => setTool('pan'),
  i: () => setActive(IGNORE), m: () => setCheck('showMask', !store.showMask), u: () => setCheck('uncertain', !store.uncertain), l: () => setCheck('live', !store.live),
  '[': () => stepBrush(-1), ']': () => stepBrush(1),
  '+': () => zoom(1.3), '=': () => zoom(1.3), '-': () => zoom(1 / 1.3), '?': () => actions.help(), delete: deleteCue, backspace: deleteCue,
  enter: () => (view.outline ? closeOutline() : actions.once()), escape: () => { view.outline = null; $('.wss-help').hidden = true; draw(); },
};
function onKey(event) {
  if (!root.isConnected) { document.removeEventListener('keydown', onKey); return; }
  const target = event.target, typing = target.matches('input:not([type=range]):not([type=checkbox]), textarea, select, [contenteditable]');
  if (typing || !root.offsetParent || action.mode) return;
  const key = event.key.toLowerCase(), pressable = target.closest('button, input, summary, a');
  if (event.ctrlKey || event.metaKey) {
    if (key !== 'z' && key !== 'y') return;
    if (key === 'y' || event.shiftKey) redo(); else undo();
  } else if (event.altKey) {
    if (key !== '0') return;
    fitScale();
  } else if (key === ' ' && (view.cursor || !pressable)) {
    action.space = true;
    canvas.focus({ preventScroll: true }); // else letting go of Space would press the button that has the focus
  }
  else if (key === 'enter' && pressable) return;
  else if (/^[0-9]$/.test(key)) setActive(Number(key));
  else if (letterKeys[key]) letterKeys[key]();
  else return;
  event.preventDefault();
}
document.addEventListener('keydown', onKey);
document.addEventListener('keyup', (event) => { if (event.key === ' ') action.space = false; });
