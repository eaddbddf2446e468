// Pictures come from the canvas, with their cues, or from files, without; the server keeps small copies.
let sending = Promise.resolve(); // one picture after another
const itemOf = (source) => panel.items.find((item) => item.source === source);

function addItem(source, name, cues, openKey) {
  if (itemOf(source)) return;
  if (panel.items.length >= about.limits.images) return showError(about.limits.images + ' pictures are the most that can be kept. Remove some first.');
  const item = { source, name, width: 0, height: 0, cues, key: null, thumbnail: null, error: '', mask: null, uncertainty: null };
  panel.items.push(item);
  sending = sending.then(() => sendImage(item, openKey));
  imagesChanged();
}
// Have the server make its small copy. openKey: of the picture as the canvas has it open, which saves sending it again.
async function sendImage(item, openKey) {
  const wanted = () => panel.items.includes(item);
  let answer = openKey && await callWhileBusy('add_image', { key: openKey }, wanted, 20);
  if (!answer || answer.gone || answer.error) answer = await callWhileBusy('add_image', item.source.example ? { example: item.source.payload.name } : item.source.payload, wanted, 40);
  if (!answer || answer.busy) item.error = 'The server does not answer. Remove it and add it again.';
  else if (answer.error) item.error = answer.error;
  else Object.assign(item, { key: answer.key, width: answer.width, height: answer.height, error: '' });
  if (!item.error && !item.thumbnail) item.thumbnail = await loadImage(answer.thumbnail);
  imagesChanged();
}
async function loadImage(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}
async function addFiles(files) {
  const images = [...files].filter((file) => !file.type || file.type.startsWith('image/'));
  if (images.length < files.length) showError('Only pictures can be added: PNG, JPEG, WebP, TIFF or GIF.');
  for (const file of images) {
    if (panel.items.length >= about.limits.images) { addItem({}); break; } // it shows the error
    try { addItem({ example: false, payload: await imagePayload(file) }, file.name || 'picture', null); } catch (error) { showError(file.name + ' cannot be read as a picture. Save it as JPEG or PNG.'); }
  }
}
function removeItem(item) {
  panel.items = panel.items.filter((other) => other !== item);
  imagesChanged();
}
function imagesChanged() {
  emit('training-images', { sources: panel.items.map((item) => item.source) });
  showCards();
  checkTraining();
}
function keepColours(colours) { for (const [name, value] of colours) panel.colours.set(name, value); }

document.addEventListener('wss-keep-image', ({ detail }) => {
  showError('');
  keepColours(detail.colours);
  addItem(detail.source, detail.source.payload.name, detail.cues, detail.key);
});
document.addEventListener('wss-cues-changed', ({ detail }) => {
  const item = itemOf(detail.source);
  keepColours(detail.colours);
  if (!item || JSON.stringify(item.cues) === JSON.stringify(detail.cues)) return;
  item.cues = cueCount(detail.cues) || (detail.cues.tags || []).length ? detail.cues : null;
  imagesChanged();
});
document.addEventListener('wss-remove-image', ({ detail }) => { const item = itemOf(detail.source); if (item) removeItem(item); });
$('[data-file=batch]').addEventListener('change', (event) => { addFiles([...event.target.files]); event.target.value = ''; });
for (const kind of ['dragover', 'drop']) {
  root.addEventListener(kind, (event) => {
    event.preventDefault();
    event.stopPropagation();
    $('.wss-images').classList.toggle('over', kind === 'dragover');
    if (kind === 'drop') addFiles([...event.dataTransfer.files]);
  });
}
root.addEventListener('dragleave', () => $('.wss-images').classList.remove('over'));
