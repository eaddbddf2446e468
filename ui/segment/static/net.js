// Requests for masks: one at a time, the newest cues win. No answer ever changes the cues.
// seq: of the newest request. shown: of the mask that is shown. opening: number of the picture being opened.
const net = { busy: false, dirty: false, seq: 0, shown: 0, opening: 0, reopened: 0 };

const hasCues = () => store.cues.length > 0 || view.drawing || store.partial;

// While a cue is being drawn, and after each change.
function updateWhileDrawing() {
  draw();
  if (store.live) requestMask();
}
function requestMask() {
  if (!store.key) return;
  if (!canSegment()) { net.shown = ++net.seq; clearMask(); previewForget(Infinity); closePassingToast(); return; }
  net.dirty = true;
  sendRequests();
}
async function sendRequests() {
  if (net.busy) return;
  net.busy = true;
  try { while (net.dirty && store.key) { net.dirty = false; await requestSegmentation(); } } finally { net.busy = false; }
}
async function requestSegmentation() {
  const seq = ++net.seq, key = store.key, sentAt = performance.now(), uncertainty = store.uncertain;
  const stamp = ++preview.sent;
  const answer = await call('segment', { key, seq, cues: JSON.stringify(cuesForm(view.drawing && view.drawing.kind === 'box' ? roundBox(view.drawing) : view.drawing)), method: store.method, uncertainty });
  if (key !== store.key) return;
  if (!answer) { toast('The server does not answer. Your cues are kept; trying again.', true); return retry(2500); }
  if (answer.gone) return reopen();
  if (answer.busy) { status('The server is busy; your mask comes soon.'); return retry(answer.busy); }
  if (answer.error) { toast(answer.error, true); previewForget(Infinity); draw(); return; }
  if (answer.stale || answer.empty || seq < net.shown || !canSegment()) return;
  net.shown = seq; net.reopened = 0;
  const size = answer.width * answer.height;
  setMask(answer.width, answer.height, decodeRuns(answer.runs, size), answer.uncertainty ? decodeRuns(answer.uncertainty, size) : null);
  previewForget(stamp);
  closePassingToast();
  const total = performance.now() - sentAt;
  setText('latency', Math.round(total) + ' ms = network ' + Math.max(0, Math.round(total - answer.ms)) + ' + compute ' + Math.round(answer.ms) + ' · ' + (checkpoints.has(answer.method) ? checkpoints.get(answer.method).label : answer.method));
  const count = store.cues.length + (store.partial ? 1 : 0) + (view.drawing ? 1 : 0);
  if (!view.outline) status(count ? count + (count === 1 ? ' cue' : ' cues') + ', about ' + answer.label_seconds + ' s of labelling' : 'No cues: this is the checkpoint\'s own prediction. Draw to correct it.');
  root.dataset.shown = String(seq);
  draw();
}
async function retry(ms) {
  net.dirty = true;
  await new Promise((resolve) => setTimeout(resolve, ms));
}

// The server has dropped the picture: send it again, keep the cues.
async function reopen() {
  if (net.reopened++ > 2) { toast('The server cannot keep this picture open. Your cues are kept: save them as cues JSON.'); return; }
  status('The server has dropped this picture; sending it again.');
  const source = store.source;
  const answer = await call(source.example ? 'open_example' : 'open_image', source.payload);
  if (source !== store.source) return; // another picture was opened meanwhile
  if (!answer || answer.error) { toast(answer ? answer.error : 'The server does not answer. Your cues are kept.'); return; }
  store.key = answer.key;
  net.dirty = true;
}

async function openFile(file) {
  if (!file) return;
  if (file.type && !file.type.startsWith('image/')) return toast('That is not a picture. Choose a PNG, JPEG, WebP, TIFF or GIF.');
  const note = file.size > about.limits.upload ? 'The file was over ' + Math.round(about.limits.upload / 2 ** 20) + ' MB, so a smaller copy was sent; exports have its size.' : '';
  try {
    await openWith({ example: false, payload: await imagePayload(file) }, note);
  } catch (error) {
    toast('This file cannot be read as a picture. Save it as JPEG or PNG and try again.');
  }
}
// source: {example, payload}, what the server is sent. cues: JSON form to begin with, null for none; undefined for the example's own.
async function openWith(source, note, cues) {
  const number = ++net.opening;
  showWaiting('Opening the picture…');
  const answer = await callWhileBusy(source.example ? 'open_example' : 'open_image', source.payload, () => number === net.opening, 20);
  if (number !== net.opening) return;
  showWaiting('');
  if (answer && answer.busy) return toast('The server is busy. Try again in a minute; what you drew is kept.');
  if (!answer) return toast('The server does not answer, or the file is too large for it. What you drew is kept.');
  if (answer.error) return toast(answer.error);
  const image = new Image();
  image.src = answer.image;
  await image.decode();
  stopDrawing();
  Object.assign(store, { key: answer.key, width: answer.width, height: answer.height, image, source, cues: [], partial: null });
  store.classes = store.classes.map((c) => ({ ...c, tag: false }));
  net.shown = ++net.seq; net.reopened = 0;
  clearMask(); previewOpen(image, answer.width, answer.height);
  const initial = cues === undefined ? answer.cues : cues;
  if (initial && classesFit(initial.classes)) loadForm(initial);
  forgetHistory(); closeToast();
  root.dataset.open = String(number);
  stage.style.setProperty('--aspect', answer.height / answer.width);
  $('.wss-drop').hidden = true;
  fitScale(); changed();
  status(note || answer.note || 'Ready. Brush over an object.');
  if (!canSegment()) call('segment', { key: store.key, seq: ++net.seq, cues: '{}', method: store.method });
}
