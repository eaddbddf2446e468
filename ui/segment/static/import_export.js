// Downloads and cue files.
let exporting = false;
async function exportFile() {
  if (!store.key) return toast('Open a picture first.');
  if (exporting) return;
  exporting = true;
  try { await exportOnce(); } finally { exporting = false; }
}
async function exportOnce() {
  const kind = $('[data-select=export]').value;
  showWaiting('Writing the file…');
  const answer = await call('export_result', { key: store.key, cues: JSON.stringify(cuesForm()), method: store.method, kind, colours: store.classes.map((c) => c.colour) });
  showWaiting('');
  if (answer && answer.gone) { await reopen(); if (net.reopened <= 1) return exportOnce(); return; }
  if (!answer) return toast('The server does not answer. Your cues are kept; try again in a moment.');
  if (answer.busy) return toast('The server is busy. Try again in a moment.');
  if (answer.error) return toast(answer.error);
  download(new Blob([base64ToBytes(answer.data)], { type: answer.mime }), answer.name);
  status('Saved ' + answer.name);
}
async function loadCues(file) {
  if (!file) return;
  if (!store.key) return toast('Open the picture first, then load its cues.');
  const key = store.key;
  const answer = await call('read_cues', { text: await file.text(), width: store.width, height: store.height });
  if (key !== store.key) return;
  if (!answer) return toast('The server does not answer, or the file is too large.');
  if (answer.error) return toast(answer.error);
  loadForm(answer.cues);
  status('Loaded ' + store.cues.length + ' cues from ' + file.name);
}
for (const input of root.querySelectorAll('[data-file]')) {
  input.addEventListener('change', () => {
    const file = input.files[0];
    input.value = '';
    if (input.dataset.file === 'picture') openFile(file); else loadCues(file);
  });
}
for (const kind of ['dragover', 'drop']) {
  root.addEventListener(kind, (event) => {
    event.preventDefault();
    event.stopPropagation();
    stage.classList.toggle('over', kind === 'dragover');
    const file = kind === 'drop' && event.dataTransfer.files[0];
    if (file) { if (file.name.toLowerCase().endsWith('.json')) loadCues(file); else openFile(file); }
  });
}
root.addEventListener('dragleave', () => stage.classList.remove('over'));
document.addEventListener('paste', (event) => {
  const item = root.offsetParent && [...(event.clipboardData ? event.clipboardData.items : [])].find((i) => i.type.startsWith('image/'));
  if (item) openFile(item.getAsFile());
});
