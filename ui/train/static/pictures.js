// Pictures come from the canvas, kept with their cues, or from files, a batch without; the server keeps small copies.
let coming = Promise.resolve(); // one after another
const itemOf = (source) => shelf.items.find((item) => item.source === source);

function add(source, name, form, openKey) {
  if (itemOf(source)) return;
  if (shelf.items.length >= about.limits.pictures) return wrong('That is ' + about.limits.pictures + ' pictures, the most that go. Remove some first.');
  const item = { source, name, width: 0, height: 0, form, key: null, thumb: null, error: '', mask: null, unsure: null };
  shelf.items.push(item);
  coming = coming.then(() => bring(item, openKey));
  listed();
}
// Have the server make its small copy. openKey: of the picture as the canvas has it open, which saves sending it again.
async function bring(item, openKey) {
  const wanted = () => shelf.items.includes(item);
  let answer = openKey && await insist('keep', { key: openKey }, wanted, 20);
  if (!answer || answer.gone || answer.error) answer = await insist('keep', item.source.example ? { example: item.source.payload.name } : item.source.payload, wanted, 40);
  if (!answer || answer.busy) item.error = 'The server does not answer. Remove it and add it again.';
  else if (answer.error) item.error = answer.error;
  else Object.assign(item, { key: answer.key, width: answer.width, height: answer.height, error: '' });
  if (!item.error && !item.thumb) item.thumb = await pictureOf(answer.thumb);
  listed();
}
async function pictureOf(address) {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  return picture;
}
async function addFiles(files) {
  const pictures = [...files].filter((file) => !file.type || file.type.startsWith('image/'));
  if (pictures.length < files.length) wrong('Only pictures go: PNG, JPEG, WebP, TIFF or GIF.');
  for (const file of pictures) {
    if (shelf.items.length >= about.limits.pictures) { add({}); break; } // says so
    try { add({ example: false, payload: await payloadOf(file) }, file.name || 'picture', null); } catch (error) { wrong(file.name + ' cannot be read as a picture. Save it as JPEG or PNG.'); }
  }
}
function remove(item) {
  shelf.items = shelf.items.filter((other) => other !== item);
  listed();
}
// The pictures or their cues are others now.
function listed() {
  tell('shelf', { sources: shelf.items.map((item) => item.source) });
  showCards();
  look();
}
function colour(colours) { for (const [name, value] of colours) shelf.colours.set(name, value); }

document.addEventListener('wss-kept', ({ detail }) => {
  wrong('');
  colour(detail.colours);
  add(detail.source, detail.source.payload.name, detail.form, detail.key);
});
document.addEventListener('wss-drawn', ({ detail }) => {
  const item = itemOf(detail.source);
  colour(detail.colours);
  if (!item || JSON.stringify(item.form) === JSON.stringify(detail.form)) return;
  item.form = numberOf(detail.form) || (detail.form.tags || []).length ? detail.form : null;
  listed();
});
document.addEventListener('wss-left', ({ detail }) => { const item = itemOf(detail.source); if (item) remove(item); });
$('[data-file=batch]').addEventListener('change', (event) => { addFiles([...event.target.files]); event.target.value = ''; });
for (const kind of ['dragover', 'drop']) {
  root.addEventListener(kind, (event) => {
    event.preventDefault();
    event.stopPropagation();
    $('.wss-shelf').classList.toggle('over', kind === 'dragover');
    if (kind === 'drop') addFiles([...event.dataTransfer.files]);
  });
}
root.addEventListener('dragleave', () => $('.wss-shelf').classList.remove('over'));
