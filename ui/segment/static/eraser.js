// The eraser removes the parts of strokes that it touches (a stroke may fall into pieces), and whole points, boxes and fills.
const eraserRadius = () => Math.max(store.brush / 2, 4) / view.scale;
function eraseAt([x, y]) {
  const radius = eraserRadius(), kept = [];
  for (const cue of store.cues) kept.push(...remainingPieces(cue, x, y, radius));
  if (kept.length !== store.cues.length || kept.some((cue, i) => cue !== store.cues[i])) { store.cues = kept; updateWhileDrawing(); }
  draw();
}
// A fast hand leaves gaps between two events: erase along the line from the last position.
function eraseAlong([x, y]) {
  const [px, py] = action.start, step = eraserRadius();
  const parts = Math.max(1, Math.ceil(Math.hypot(x - px, y - py) / step));
  for (let k = 1; k <= parts; k++) eraseAt([px + (x - px) * k / parts, py + (y - py) * k / parts]);
  action.start = [x, y];
}
function remainingPieces(cue, x, y, radius) {
  if (cue.kind === 'point') return Math.hypot(cue.x - x, cue.y - y) < radius + 4 / view.scale ? [] : [cue];
  if (cue.kind === 'box') return touchesBox(cue, x, y, radius) ? [] : [cue];
  if (cue.kind === 'fill') return insidePath(cue.path, x, y) || distanceTo([...cue.path, cue.path[0]], x, y) < radius ? [] : [cue];
  const reach = radius + cue.width / 2;
  return distanceTo(cue.path, x, y) < reach ? split(cue, x, y, reach) : [cue];
}
function split(cue, x, y, reach) {
  const pieces = [[]], step = Math.max(1, reach / 3);
  cue.path.forEach(([px, py], i) => {
    const [qx, qy] = cue.path[Math.max(0, i - 1)], parts = Math.max(1, Math.ceil(Math.hypot(px - qx, py - qy) / step));
    for (let k = i ? 1 : parts; k <= parts; k++) {
      const u = qx + (px - qx) * k / parts, v = qy + (py - qy) * k / parts;
      if (Math.hypot(u - x, v - y) < reach) { if (pieces[pieces.length - 1].length) pieces.push([]); }
      else pieces[pieces.length - 1].push([round1(u), round1(v)]);
    }
  });
  return pieces.filter((path) => path.length > 1).map((path) => ({ ...cue, path: path.slice(0, MAX_PATH) }));
}
function endErase(cancelled) {
  const before = action.erased;
  action.erased = null;
  if (!before) return;
  if (cancelled) { store.cues = before.cues; changed(); return; }
  if (before.cues === store.cues) return;
  const after = snapshot();
  Object.assign(store, before);
  commit(() => { Object.assign(store, after); previewForget(Infinity); });
}
function distanceTo(path, x, y) {
  let best = Infinity;
  path.forEach(([px, py], i) => {
    const [qx, qy] = path[Math.max(0, i - 1)], dx = px - qx, dy = py - qy, length = dx * dx + dy * dy;
    const t = length ? Math.min(1, Math.max(0, ((x - qx) * dx + (y - qy) * dy) / length)) : 0;
    best = Math.min(best, Math.hypot(x - qx - t * dx, y - qy - t * dy));
  });
  return best;
}
function touchesBox(box, x, y, radius) {
  const corners = [[box.x0, box.y0], [box.x1, box.y0], [box.x1, box.y1], [box.x0, box.y1], [box.x0, box.y0]];
  return distanceTo(corners, x, y) < radius;
}
function insidePath(path, x, y) {
  let inside = false;
  for (let i = 0, j = path.length - 1; i < path.length; j = i++) {
    const [ax, ay] = path[i], [bx, by] = path[j];
    if (ay > y !== by > y && x < (bx - ax) * (y - ay) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
// The cue under a place, topmost first, for Delete.
function cueAt(x, y) {
  const reach = 8 / view.scale;
  return [...store.cues].reverse().find((cue) => remainingPieces(cue, x, y, reach)[0] !== cue); // touched: gone or in pieces
}
