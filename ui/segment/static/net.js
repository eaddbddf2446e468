// The server: one request in flight, the newest cues win. No answer ever touches the cues.
const net = { busy: false, dirty: false, seq: 0, shown: 0, opening: 0, reopened: 0 };

const hasCues = () => store.cues.length > 0 || view.drawing || store.partial;

// While a cue is being drawn, and after each change.
function changing() {
  draw();
  if (store.live) kick();
}
function kick() {
  if (!store.key) return;
  if (!answerable()) { net.shown = ++net.seq; clearMask(); previewForget(Infinity); hushPassing(); return; }
  net.dirty = true;
  pump();
}
async function pump() {
  if (net.busy) return;
  net.busy = true;
  try { while (net.dirty && store.key) { net.dirty = false; await ask(); } } finally { net.busy = false; }
}
async function ask() {
  const seq = ++net.seq, key = store.key, asked = performance.now(), wanted = store.uncertain;
  const stamp = ++preview.sent;
  const answer = await call('segment', { key, seq, cues: JSON.stringify(cuesForm(view.drawing && view.drawing.kind === 'box' ? wholeBox(view.drawing) : view.drawing)), method: store.method, uncertainty: wanted });
  if (key !== store.key) return;
  if (!answer) { toast('The server does not answer. Your cues are kept; trying again.', true); return retry(2500); }
  if (answer.gone) return reopen();
  if (answer.busy) { status('The server is busy; your turn comes soon.'); return retry(answer.busy); }
  if (answer.error) { toast(answer.error, true); previewForget(Infinity); draw(); return; }
  if (answer.stale || answer.empty || seq < net.shown || !answerable()) return;
  net.shown = seq; net.reopened = 0;
  const size = answer.width * answer.height;
  setMask(answer.width, answer.height, decodeRuns(answer.runs, size), answer.uncertainty ? decodeRuns(answer.uncertainty, size) : null);
  previewForget(stamp);
  hushPassing();
  const total = performance.now() - asked;
  out('latency', Math.round(total) + ' ms = network ' + Math.max(0, Math.round(total - answer.ms)) + ' + compute ' + Math.round(answer.ms) + ' · ' + (models.has(answer.method) ? models.get(answer.method).label : answer.method));
  const count = store.cues.length + (store.partial ? 1 : 0) + (view.drawing ? 1 : 0);
  if (!view.outline) status(count ? count + (count === 1 ? ' cue' : ' cues') + ', about ' + answer.effort + ' s of labelling' : 'No cue: what the checkpoint says by itself. Draw to correct it.');
  root.dataset.shown = String(seq);
  draw();
}
async function retry(ms) {
  net.dirty = true;
  await new Promise((resolve) => setTimeout(resolve, ms));
}

// The server had put the picture away: send it again, keep the cues.
async function reopen() {
  if (net.reopened++ > 2) { toast('The server cannot keep this picture open. Your cues are kept: save them as cues JSON.'); return; }
  status('The server had put this picture away; sending it again.');
  const source = store.source;
  const answer = await call(source.example ? 'open_example' : 'open_picture', source.payload);
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
    await openWith({ example: false, payload: await payloadOf(file) }, note);
  } catch (error) {
    toast('This file cannot be read as a picture. Save it as JPEG or PNG and try again.');
  }
}
// source: {example, payload}, what the server was sent. form: cues to begin with, null for none; else those of an example.
async function openWith(source, note, form) {
  const turn = ++net.opening;
  wait('Opening the picture…');
  const answer = await insist(source.example ? 'open_example' : 'open_picture', source.payload, () => turn === net.opening, 20);
  if (turn !== net.opening) return;
  wait('');
  if (answer && answer.busy) return toast('The server is busy. Try again in a minute; what you drew is kept.');
  if (!answer) return toast('The server does not answer, or the file is too large for it. What you drew is kept.');
  if (answer.error) return toast(answer.error);
  const picture = new Image();
  picture.src = answer.image;
  await picture.decode();
  stopActing();
  Object.assign(store, { key: answer.key, width: answer.width, height: answer.height, picture, source, cues: [], partial: null });
  store.classes = store.classes.map((c) => ({ ...c, tag: false }));
  net.shown = ++net.seq; net.reopened = 0;
  clearMask(); previewOpen(picture, answer.width, answer.height);
  const cues = form === undefined ? answer.cues : form;
  if (cues && fits(cues.classes)) takeForm(cues);
  forget(); hush();
  root.dataset.open = String(turn);
  stage.style.setProperty('--aspect', answer.height / answer.width);
  $('.wss-drop').hidden = true;
  fitScale(); changed();
  status(note || answer.note || 'Ready. Brush over an object.');
  if (!answerable()) call('segment', { key: store.key, seq: ++net.seq, cues: '{}', method: store.method });
}
