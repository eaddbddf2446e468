// The pictures as cards: each with its cues and, once something was trained, what that makes of it.
const FALLBACK = '#94a3b8';
const colourNamed = (name) => shelf.colours.get(name) || FALLBACK;

function showCards() {
  const cued = shelf.items.filter((item) => numberOf(item.form)), bare = shelf.items.filter((item) => !numberOf(item.form));
  const known = bare.some((item) => item.unsure !== null);
  if (known) bare.sort((a, b) => (b.unsure || 0) - (a.unsure || 0));
  part('none').hidden = shelf.items.length > 0;
  part('answers').hidden = !shelf.items.some((item) => item.mask);
  fill('cued', cued, '· ' + cued.length, null);
  fill('bare', bare, '· ' + bare.length + (known && bare.length > 1 ? ', the least sure first' : ''), known ? bare[0] : null);
  root.dataset.items = String(shelf.items.length);
}
function fill(name, items, words, first) {
  const place = part(name), focus = place.contains(document.activeElement) && document.activeElement.getAttribute('aria-label');
  place.hidden = !items.length;
  out(name, words);
  place.querySelector('.wss-cards').replaceChildren(...items.map((item) => card(item, item === first)));
  if (focus) for (const each of place.querySelectorAll('button')) if (each.getAttribute('aria-label') === focus) each.focus();
}
function card(item, first) {
  const face = make('button', { type: 'button', className: 'wss-face', title: 'Open it on the Segment tab' });
  face.setAttribute('aria-label', 'Open ' + item.name);
  face.addEventListener('click', () => open(item));
  if (item.thumb) face.append(painted(item));
  else face.append(make('span', { className: 'wss-small', textContent: item.error ? 'Failed' : 'Coming…' }));
  const off = make('button', { type: 'button', className: 'wss-off', textContent: '×', title: 'Remove it' });
  off.setAttribute('aria-label', 'Remove ' + item.name);
  off.addEventListener('click', () => remove(item));
  const count = numberOf(item.form), told = item.unsure === null ? '' : Math.round(item.unsure * 100) + ' % unsure';
  const words = item.error || (count ? some(count, 'cue') : told || 'no cue');
  const line = make('p', {}, make('span', { textContent: item.name, title: item.name }), make('span', { textContent: words, className: first ? 'wss-unsure' : '' }));
  if (item.error) line.title = item.error;
  return make('div', { className: 'wss-card' }, face, off, line);
}
function painted(item) {
  const canvas = make('canvas', { width: item.thumb.naturalWidth, height: item.thumb.naturalHeight }), pen = canvas.getContext('2d');
  pen.drawImage(item.thumb, 0, 0);
  if (item.mask && shelf.answers) {
    pen.globalAlpha = 0.5;
    pen.imageSmoothingEnabled = false;
    pen.drawImage(maskOf(item.mask), 0, 0, canvas.width, canvas.height);
    pen.globalAlpha = 1;
  }
  if (item.form) paintForm(pen, item.form, canvas.width / item.width, canvas.height / item.height);
  return canvas;
}
function maskOf({ width, height, labels, classes }) {
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
function paintForm(pen, form, x, y) {
  const colour = (label) => (label === 255 ? '#f8fafc' : colourNamed(form.classes[label]));
  const rim = (label, width) => {
    pen.strokeStyle = 'rgba(255,255,255,.9)'; pen.lineWidth = width + 2; pen.stroke();
    pen.strokeStyle = colour(label); pen.lineWidth = width; pen.stroke();
  };
  pen.lineCap = pen.lineJoin = 'round';
  for (const stroke of form.strokes) {
    pen.beginPath();
    for (const [u, v] of stroke.path) pen.lineTo((u + 0.5) * x, (v + 0.5) * y);
    if (stroke.path.length === 1) pen.lineTo((stroke.path[0][0] + 0.5) * x + 0.01, (stroke.path[0][1] + 0.5) * y);
    if (!stroke.width) { pen.closePath(); pen.fillStyle = colour(stroke.label); pen.globalAlpha = 0.4; pen.fill(); pen.globalAlpha = 1; }
    rim(stroke.label, Math.max(2, stroke.width * x));
  }
  for (const [x0, y0, x1, y1, label] of form.boxes) { pen.beginPath(); pen.rect(x0 * x, y0 * y, (x1 - x0) * x, (y1 - y0) * y); rim(label, 2); }
  for (const [u, v, label] of form.points) {
    pen.beginPath();
    pen.arc((u + 0.5) * x, (v + 0.5) * y, 4, 0, 7);
    pen.fillStyle = colour(label); pen.fill();
    pen.strokeStyle = '#fff'; pen.lineWidth = 1.5; pen.stroke();
  }
}
// On the canvas, where it can be corrected: what is drawn there comes back here by itself.
function open(item) {
  if (item.error) return wrong(item.error);
  tell('open', { source: item.source, form: item.form, told: run.told });
  showCanvas();
}
function showCanvas() {
  const tabs = [...document.querySelectorAll('button[role=tab]')];
  for (const tab of tabs) if (tab.textContent.trim() === 'Segment') tab.click();
  window.scrollTo(0, 0);
}
