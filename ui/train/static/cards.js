// The pictures as cards: each with its cues and, after a training, the predicted mask.
const FALLBACK = '#94a3b8';
const colourNamed = (name) => panel.colours.get(name) || FALLBACK;

function showCards() {
  const cued = panel.items.filter((item) => cueCount(item.cues)), uncued = panel.items.filter((item) => !cueCount(item.cues));
  const predicted = uncued.some((item) => item.uncertainty !== null);
  if (predicted) uncued.sort((a, b) => (b.uncertainty || 0) - (a.uncertainty || 0));
  part('empty').hidden = panel.items.length > 0;
  part('predictions').hidden = !panel.items.some((item) => item.mask);
  showGroup('cued', cued, '· ' + cued.length, null);
  showGroup('uncued', uncued, '· ' + uncued.length + (predicted && uncued.length > 1 ? ', the least certain first' : ''), predicted ? uncued[0] : null);
  root.dataset.items = String(panel.items.length);
}
function showGroup(name, items, text, first) {
  const group = part(name), focus = group.contains(document.activeElement) && document.activeElement.getAttribute('aria-label');
  group.hidden = !items.length;
  setText(name, text);
  group.querySelector('.wss-cards').replaceChildren(...items.map((item) => card(item, item === first)));
  if (focus) for (const button of group.querySelectorAll('button')) if (button.getAttribute('aria-label') === focus) button.focus();
}
function card(item, first) {
  const preview = make('button', { type: 'button', className: 'wss-preview', title: 'Open it on the Segment tab' });
  preview.setAttribute('aria-label', 'Open ' + item.name);
  preview.addEventListener('click', () => openItem(item));
  if (item.thumbnail) preview.append(paintItem(item));
  else preview.append(make('span', { className: 'wss-small', textContent: item.error ? 'Failed' : 'Loading…' }));
  const remove = make('button', { type: 'button', className: 'wss-remove', textContent: '×', title: 'Remove it' });
  remove.setAttribute('aria-label', 'Remove ' + item.name);
  remove.addEventListener('click', () => removeItem(item));
  const count = cueCount(item.cues), uncertainty = item.uncertainty === null ? '' : Math.round(item.uncertainty * 100) + ' % uncertain';
  const text = item.error || (count ? countOf(count, 'cue') : uncertainty || 'no cue');
  const line = make('p', {}, make('span', { textContent: item.name, title: item.name }), make('span', { textContent: text, className: first ? 'wss-uncertain' : '' }));
  if (item.error) line.title = item.error;
  return make('div', { className: 'wss-card' }, preview, remove, line);
}
function paintItem(item) {
  const canvas = make('canvas', { width: item.thumbnail.naturalWidth, height: item.thumbnail.naturalHeight }), pen = canvas.getContext('2d');
  pen.drawImage(item.thumbnail, 0, 0);
  if (item.mask && panel.showPredictions) {
    pen.globalAlpha = 0.5;
    pen.imageSmoothingEnabled = false;
    pen.drawImage(maskCanvas(item.mask), 0, 0, canvas.width, canvas.height);
    pen.globalAlpha = 1;
  }
  if (item.cues) paintItemCues(pen, item.cues, canvas.width / item.width, canvas.height / item.height);
  return canvas;
}
function maskCanvas({ width, height, labels, classes }) {
  const canvas = make('canvas', { width, height }), pen = canvas.getContext('2d'), image = pen.createImageData(width, height);
  const colours = classes.map((name) => parseInt(colourNamed(name).slice(1), 16));
  for (let i = 0; i < labels.length; i++) {
    if (!labels[i] || labels[i] >= classes.length) continue;
    const n = colours[labels[i]];
    image.data.set([n >> 16, (n >> 8) & 255, n & 255, 255], i * 4);
  }
  pen.putImageData(image, 0, 0);
  return canvas;
}
// Cues as on the canvas, only smaller.
function paintItemCues(pen, cues, x, y) {
  const colour = (label) => (label === 255 ? '#f8fafc' : colourNamed(cues.classes[label]));
  const rim = (label, width) => {
    pen.strokeStyle = 'rgba(255,255,255,.9)'; pen.lineWidth = width + 2; pen.stroke();
    pen.strokeStyle = colour(label); pen.lineWidth = width; pen.stroke();
  };
  pen.lineCap = pen.lineJoin = 'round';
  for (const stroke of cues.strokes) {
    pen.beginPath();
    for (const [u, v] of stroke.path) pen.lineTo((u + 0.5) * x, (v + 0.5) * y);
    if (stroke.path.length === 1) pen.lineTo((stroke.path[0][0] + 0.5) * x + 0.01, (stroke.path[0][1] + 0.5) * y);
    if (!stroke.width) { pen.closePath(); pen.fillStyle = colour(stroke.label); pen.globalAlpha = 0.4; pen.fill(); pen.globalAlpha = 1; }
    rim(stroke.label, Math.max(2, stroke.width * x));
  }
  for (const [x0, y0, x1, y1, label] of cues.boxes) { pen.beginPath(); pen.rect(x0 * x, y0 * y, (x1 - x0) * x, (y1 - y0) * y); rim(label, 2); }
  for (const [u, v, label] of cues.points) {
    pen.beginPath();
    pen.arc((u + 0.5) * x, (v + 0.5) * y, 4, 0, 7);
    pen.fillStyle = colour(label); pen.fill();
    pen.strokeStyle = '#fff'; pen.lineWidth = 1.5; pen.stroke();
  }
}
// On the canvas, where it can be corrected: what is drawn there comes back here by itself.
function openItem(item) {
  if (item.error) return showError(item.error);
  emit('open-image', { source: item.source, cues: item.cues, checkpoint: training.checkpoint });
  showCanvas();
}
function showCanvas() {
  const tabs = [...document.querySelectorAll('button[role=tab]')];
  for (const tab of tabs) if (tab.textContent.trim() === 'Segment') tab.click();
  window.scrollTo(0, 0);
}
