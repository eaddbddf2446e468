// What is shown: picture, mask, preview, uncertainty, cues. `view` maps picture to screen: screen = picture * scale + offset.
const view = { scale: 1, x: 0, y: 0, fitted: true, pending: false, hover: null, drawing: null, outline: null, cursor: null };
const mask = { width: 0, height: 0, labels: null, uncertainty: null, classes: null, fill: null, edge: null, heat: null };
const stage = $('.wss-stage'), canvas = $('.wss-stage canvas'), pen = canvas.getContext('2d');

function rgbOf(label) {
  const n = parseInt(colourOf(label).slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}
function draw() {
  if (view.pending) return;
  view.pending = true;
  requestAnimationFrame(() => { view.pending = false; paint(); });
}
function layer(width, height) {
  const node = document.createElement('canvas');
  node.width = width; node.height = height;
  return node;
}
function setMask(width, height, labels, uncertainty) {
  Object.assign(mask, { width, height, labels, uncertainty });
  paintMask();
}
function clearMask() { Object.assign(mask, { labels: null, uncertainty: null }); draw(); }

// Two layers: the classes' areas (drawn at the chosen opacity) and their outlines (always crisp).
function paintMask() {
  const { width, height, labels } = mask;
  mask.classes = store.classes;
  if (!mask.fill || mask.fill.width !== width || mask.fill.height !== height) {
    mask.fill = layer(width, height); mask.edge = layer(width, height); mask.heat = layer(width, height);
  }
  const fillPen = mask.fill.getContext('2d'), edgePen = mask.edge.getContext('2d');
  const area = fillPen.createImageData(width, height), line = edgePen.createImageData(width, height);
  const areas = new Uint32Array(area.data.buffer), lines = new Uint32Array(line.data.buffer);
  const packed = new Uint32Array(256);
  for (let label = 1; label < store.classes.length; label++) {
    const [r, g, b] = rgbOf(label);
    packed[label] = (255 << 24 | b << 16 | g << 8 | r) >>> 0;
  }
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const label = labels[i];
      if (label === IGNORE) { areas[i] = (x + y) & 4 ? 0xffffffff : 0xff000000; continue; }
      areas[i] = packed[label];
      const right = x + 1 < width ? labels[i + 1] : label, below = y + 1 < height ? labels[i + width] : label;
      if (right !== label || below !== label) lines[i] = packed[label] || packed[right === label ? below : right];
    }
  }
  fillPen.putImageData(area, 0, 0);
  edgePen.putImageData(line, 0, 0);
  paintHeat();
  draw();
}
function paintHeat() {
  if (!mask.uncertainty || !mask.heat) return;
  const heatPen = mask.heat.getContext('2d'), image = heatPen.createImageData(mask.width, mask.height);
  for (let i = 0; i < mask.uncertainty.length; i++) {
    const u = mask.uncertainty[i] / 15;
    image.data[i * 4] = 255; image.data[i * 4 + 1] = Math.round(230 * (1 - u)); image.data[i * 4 + 3] = Math.round(235 * Math.min(1, u * 1.3));
  }
  heatPen.putImageData(image, 0, 0);
}

function paint() {
  const ratio = window.devicePixelRatio || 1, w = stage.clientWidth, h = stage.clientHeight;
  if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(h * ratio)) {
    canvas.width = Math.round(w * ratio); canvas.height = Math.round(h * ratio);
    if (view.fitted) fitScale();
  }
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  if (!store.image) return;
  pen.setTransform(ratio * view.scale, 0, 0, ratio * view.scale, ratio * view.x, ratio * view.y);
  pen.imageSmoothingEnabled = view.scale * ratio < 3;
  pen.drawImage(store.image, 0, 0, store.width, store.height);
  paintLayers();
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  paintCues(pen);
}
function paintLayers() {
  const area = [0, 0, store.width, store.height], showHeat = store.uncertain && mask.labels && mask.uncertainty;
  if (showHeat) {
    pen.globalAlpha = 0.85;
    pen.drawImage(mask.heat, ...area);
  } else if (store.showMask) {
    pen.globalAlpha = store.opacity / 100;
    if (mask.labels) pen.drawImage(mask.fill, ...area);
    previewPaint();
    if (preview.canvas && hasCues()) {
      const sharp = !pen.imageSmoothingEnabled;
      pen.imageSmoothingEnabled = true;
      pen.drawImage(preview.canvas, ...area);
      pen.imageSmoothingEnabled = !sharp;
    }
  }
  if (mask.labels && (store.showMask || showHeat)) {
    pen.globalAlpha = 0.95;
    pen.drawImage(mask.edge, ...area);
  }
  pen.globalAlpha = 1;
}

function fitScale() {
  const w = stage.clientWidth, h = stage.clientHeight;
  if (!store.width || !w || !h) return;
  view.scale = Math.min(w / store.width, h / store.height);
  view.x = (w - store.width * view.scale) / 2;
  view.y = (h - store.height * view.scale) / 2;
  view.fitted = true;
  setText('zoom', Math.round(view.scale * 100) + '%');
  draw();
}
function zoom(factor, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
  const minScale = Math.min(stage.clientWidth / store.width, stage.clientHeight / store.height) / 2;
  const scale = Math.max(Math.min(minScale, 1), Math.min(40, view.scale * factor));
  view.x = x - (x - view.x) * scale / view.scale;
  view.y = y - (y - view.y) * scale / view.scale;
  view.scale = scale; view.fitted = false;
  setText('zoom', Math.round(scale * 100) + '%');
  draw();
}
function pan(dx, dy) { view.x += dx; view.y += dy; view.fitted = false; draw(); }
// Picture position of a screen position; pixel centres are whole numbers, so the corner of the picture is (-0.5, -0.5).
const toImage = (sx, sy) => [(sx - view.x) / view.scale - 0.5, (sy - view.y) / view.scale - 0.5];
const toScreen = (x, y) => [(x + 0.5) * view.scale + view.x, (y + 0.5) * view.scale + view.y];
