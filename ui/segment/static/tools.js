// Pointer -> cues. One pointer draws; two fingers, Space or the Move tool pan and zoom; the right button is background.
const pointers = new Map();
const action = { mode: null, start: null, erased: null, pinch: null, space: false };

const round1 = (v) => Math.round(v * 10) / 10;
const screenPosition = (event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
const clampToImage = ([x, y]) => [round1(Math.min(Math.max(x, -0.4), store.width - 0.6)), round1(Math.min(Math.max(y, -0.4), store.height - 0.6))];
const labelFor = (event) => (event.buttons & 2 || event.button === 2) ? 0 : store.active;

canvas.addEventListener('contextmenu', (event) => event.preventDefault());
canvas.addEventListener('pointerdown', (event) => {
  if (!store.image) return;
  canvas.focus({ preventScroll: true });
  event.preventDefault();
  canvas.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, screenPosition(event));
  if (pointers.size === 2) return startPinch();
  if (pointers.size > 2) return;
  const panning = store.tool === 'pan' || action.space || event.button === 1;
  if (panning) { action.mode = 'pan'; action.start = screenPosition(event); return; }
  startTool(event);
});
canvas.addEventListener('pointermove', (event) => {
  const at = screenPosition(event);
  view.cursor = event.pointerType === 'touch' ? null : at;
  if (pointers.has(event.pointerId)) pointers.set(event.pointerId, at);
  if (action.mode === 'pinch') return movePinch();
  if (action.mode === 'pan') { pan(at[0] - action.start[0], at[1] - action.start[1]); action.start = at; return; }
  if (action.mode) moveTool(event);
  else if (view.outline) { view.outline.cursor = clampToImage(toImage(...at)); }
  draw();
});
for (const kind of ['pointerup', 'pointercancel']) {
  canvas.addEventListener(kind, (event) => {
    pointers.delete(event.pointerId);
    if (action.mode === 'pinch') { if (!pointers.size) action.mode = null; return; }
    if (action.mode === 'pan') { action.mode = null; return; }
    if (action.mode) endTool(event, kind === 'pointercancel');
  });
}
canvas.addEventListener('pointerleave', () => { view.cursor = null; draw(); });
canvas.addEventListener('dblclick', (event) => { if (view.outline) closeOutline(); else if (store.tool === 'pan') fitScale(); event.preventDefault(); });
canvas.addEventListener('wheel', (event) => {
  if (!store.image) return;
  if (event.ctrlKey || event.metaKey || event.altKey || store.tool === 'pan') {
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002)), ...screenPosition(event));
  } else if (store.tool === 'stroke' || store.tool === 'erase') {
    stepBrush(event.deltaY < 0 ? 1 : -1);
  } else return;
  event.preventDefault();
}, { passive: false });

function startTool(event) {
  const label = labelFor(event), at = clampToImage(toImage(...screenPosition(event)));
  action.mode = store.tool; action.start = at;
  if (store.tool === 'stroke') {
    view.drawing = { kind: 'stroke', label, width: round1(Math.max(1, store.brush / view.scale)), path: [at] };
    strokeGrew([at]);
  } else if (store.tool === 'box') {
    view.drawing = { kind: 'box', label, x0: at[0], y0: at[1], x1: at[0], y1: at[1] };
  } else if (store.tool === 'fill') {
    view.drawing = { kind: 'fill', label, path: [at] };
  } else if (store.tool === 'erase') {
    action.erased = snapshot();
    eraseAt(at);
  }
  draw();
}
function moveTool(event) {
  const at = clampToImage(toImage(...screenPosition(event))), drawing = view.drawing;
  if (action.mode === 'stroke' || action.mode === 'fill') {
    const last = drawing.path[drawing.path.length - 1], step = Math.max(1.5 / view.scale, action.mode === 'stroke' ? drawing.width * 0.12 : 1);
    if (Math.hypot(at[0] - last[0], at[1] - last[1]) < step || drawing.path.length >= MAX_PATH) return;
    view.drawing = { ...drawing, path: [...drawing.path, at] };
    if (action.mode === 'stroke') strokeGrew([at]);
  } else if (action.mode === 'box') {
    const [x, y] = toImage(...screenPosition(event));
    view.drawing = { ...drawing, x1: Math.min(Math.max(Math.round(x + 0.5), 0), store.width), y1: Math.min(Math.max(Math.round(y + 0.5), 0), store.height) };
    updateWhileDrawing();
  } else if (action.mode === 'erase') eraseAlong(at);
}
function endTool(event, cancelled) {
  const mode = action.mode, drawing = view.drawing;
  action.mode = null; view.drawing = null;
  if (mode === 'erase') { endErase(cancelled); return; }
  if (cancelled) { previewForget(Infinity); changed(); return; }
  const at = clampToImage(toImage(...screenPosition(event)));
  const label = drawing ? drawing.label : event.button === 2 ? 0 : store.active;
  if (mode === 'point') { addCue({ kind: 'point', x: at[0], y: at[1], label }); growPreview([at], label, 1); }
  if (mode === 'stroke') addCue(drawing);
  if (mode === 'box') endBox(drawing);
  if (mode === 'fill') endFill(drawing, at);
  draw();
}
// The box in whole pixels, from its upper left corner to its lower right one; null when it is too small to mean one.
function roundBox(box) {
  const x0 = Math.floor(Math.min(box.x0 + 0.5, box.x1)), x1 = Math.ceil(Math.max(box.x0 + 0.5, box.x1));
  const y0 = Math.floor(Math.min(box.y0 + 0.5, box.y1)), y1 = Math.ceil(Math.max(box.y0 + 0.5, box.y1));
  const rounded = { kind: 'box', label: box.label, x0: Math.max(0, x0), y0: Math.max(0, y0), x1: Math.min(store.width, x1), y1: Math.min(store.height, y1) };
  return rounded.x1 - rounded.x0 < 2 || rounded.y1 - rounded.y0 < 2 ? null : rounded;
}
function endBox(box) {
  const rounded = roundBox(box);
  if (rounded) return addCue(rounded);
  changed();
  status('That box was too small: drag from one corner of the object to the opposite one.');
}
// Another picture is opened: whatever is half drawn on this one is dropped.
function stopDrawing() {
  Object.assign(action, { mode: null, erased: null, pinch: null });
  view.drawing = null; view.outline = null;
  pointers.clear();
}
// A drag is a lasso; a click sets a corner of a polygon, closed by Enter, a double click or a click on the first corner.
function endFill(drawing, at) {
  if (drawing.path.length > 3) { view.outline = null; addCue(drawing); return; }
  const outline = view.outline || { label: drawing.label, path: [], cursor: null };
  const first = outline.path[0];
  if (first && Math.hypot(at[0] - first[0], at[1] - first[1]) * view.scale < 10 && outline.path.length > 2) return closeOutline();
  const last = outline.path[outline.path.length - 1];
  if (last && Math.hypot(at[0] - last[0], at[1] - last[1]) * view.scale < 3) return;
  view.outline = { ...outline, path: [...outline.path, at], cursor: at };
  status('Polygon: click more corners; Enter closes it, Escape drops it.');
}
function closeOutline() {
  const outline = view.outline;
  view.outline = null;
  if (outline && outline.path.length < 3) status('A polygon needs three corners or more.');
  if (outline && outline.path.length > 2) addCue({ kind: 'fill', label: outline.label, path: outline.path });
  draw();
}
function strokeGrew(points) { growPreview(points, view.drawing.label, view.drawing.width); updateWhileDrawing(); }
function growPreview(points, label, width) { if (label !== IGNORE) previewGrow(points, label, width); }

function startPinch() {
  if (action.mode && action.mode !== 'pan') {
    if (action.mode === 'erase') endErase(true);
    view.drawing = null;
    previewForget(Infinity);
    changed();
  }
  action.mode = 'pinch'; action.pinch = null;
}
function movePinch() {
  if (pointers.size < 2) return;
  const [a, b] = [...pointers.values()], middle = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], gap = Math.hypot(a[0] - b[0], a[1] - b[1]);
  if (action.pinch) {
    pan(middle[0] - action.pinch.middle[0], middle[1] - action.pinch.middle[1]);
    zoom(gap / Math.max(1, action.pinch.gap), ...middle);
  }
  action.pinch = { middle, gap };
}
