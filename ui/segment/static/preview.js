// A first mask, made by the browser in about a millisecond before the server answers: the new part of a cue floods
// the pixels around it that have similar colours (geodesic distance in colour, cut off at `reach`) on a coarse grid.
const preview = { w: 0, h: 0, rgb: null, label: null, stamp: null, canvas: null, sent: 0, dirty: false };
const PREVIEW_SIDE = 144, REACH = 130;

function previewOpen(image, width, height) {
  const scale = Math.min(1, PREVIEW_SIDE / Math.max(width, height));
  preview.w = Math.max(1, Math.round(width * scale));
  preview.h = Math.max(1, Math.round(height * scale));
  const canvas = document.createElement('canvas');
  canvas.width = preview.w; canvas.height = preview.h;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(image, 0, 0, preview.w, preview.h);
  preview.rgb = context.getImageData(0, 0, preview.w, preview.h).data;
  preview.canvas = canvas;
  preview.label = new Uint8Array(preview.w * preview.h).fill(IGNORE);
  preview.stamp = new Int32Array(preview.w * preview.h);
  previewForget(Infinity);
}
function previewForget(before) {
  const { label, stamp } = preview;
  if (!label) return;
  for (let i = 0; i < label.length; i++) if (stamp[i] < before) label[i] = IGNORE;
  preview.dirty = true;
}
// Calls `settle` for each cell that `seeds` (indices of cells) reach within `reach`. Buckets of equal cost
// make Dijkstra's queue: each cell is settled in order of its distance.
function flood(rgb, w, h, seeds, reach, settle) {
  const buckets = Array.from({ length: 65 }, () => []), cost = new Map();
  for (const cell of seeds) { cost.set(cell, 0); buckets[0].push(cell); }
  for (let b = 0; b < 65; b++) {
    for (const cell of buckets[b]) {
      const here = cost.get(cell);
      if (Math.floor(here / reach * 64) !== b || here < 0) continue;
      settle(cell);
      cost.set(cell, -1);
      const x = cell % w, y = (cell / w) | 0;
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        const u = x + dx, v = y + dy, next = v * w + u;
        if (u < 0 || v < 0 || u >= w || v >= h) continue;
        const p = cell * 4, q = next * 4;
        const step = 1 + Math.abs(rgb[p] - rgb[q]) + Math.abs(rgb[p + 1] - rgb[q + 1]) + Math.abs(rgb[p + 2] - rgb[q + 2]);
        const there = here + step, known = cost.get(next);
        if (there < reach && (known === undefined || there < known)) {
          cost.set(next, there);
          buckets[Math.floor(there / reach * 64)].push(next);
        }
      }
    }
  }
}
function previewGrow(points, label, width) {
  if (!preview.rgb || !points.length) return;
  const { w, h } = preview, sx = w / store.width, sy = h / store.height, seeds = new Set();
  const r = Math.max(0, Math.round(width * sx / 2 - 0.5));
  for (const [x, y] of points) {
    const u = Math.floor((x + 0.5) * sx), v = Math.floor((y + 0.5) * sy);
    for (let j = -r; j <= r; j++) for (let i = -r; i <= r; i++) {
      if (i * i + j * j <= r * r && u + i >= 0 && v + j >= 0 && u + i < w && v + j < h) seeds.add((v + j) * w + u + i);
    }
  }
  flood(preview.rgb, w, h, seeds, REACH, (cell) => { preview.label[cell] = label; preview.stamp[cell] = preview.sent; });
  preview.dirty = true;
}
function previewPaint() {
  if (!preview.dirty || !preview.canvas) return;
  preview.dirty = false;
  const context = preview.canvas.getContext('2d'), pixels = context.createImageData(preview.w, preview.h);
  for (let i = 0; i < preview.label.length; i++) {
    const label = preview.label[i];
    if (label === IGNORE) continue;
    const [r, g, b] = rgbOf(label);
    pixels.data.set([r, g, b, label ? 255 : 140], i * 4);
  }
  context.putImageData(pixels, 0, 0);
}
