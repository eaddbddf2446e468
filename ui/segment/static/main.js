// The first lines that need the rest: what follows a change, messages, and the start.
function changed() {
  view.hover = null;
  leaveModel();
  showClasses();
  showCues();
  $('[data-do=undo]').disabled = !past.length;
  $('[data-do=redo]').disabled = !future.length;
  root.dataset.cues = String(store.cues.length);
  follow();
  if (mask.labels && mask.classes !== store.classes) paintMask(); // other colours
  draw();
  if (!answerable() || store.live) kick();
  else status('Live is off: the mask waits for Update once (Enter).');
}
function status(text) { out('status', text); }
function wait(text) {
  $('.wss-wait').hidden = !text;
  $('.wss-wait span').textContent = text;
}
// `passing`: a word about the mask, which the next mask takes away; other words stay until they are closed.
function toast(text, passing) {
  $('.wss-toast span').textContent = text;
  $('.wss-toast').dataset.passing = passing ? 'yes' : 'no';
  $('.wss-toast').hidden = false;
}
function hush() { $('.wss-toast').hidden = true; }
function hushPassing() { if ($('.wss-toast').dataset.passing === 'yes') hush(); }

new ResizeObserver(() => draw()).observe(stage);
setTool('stroke');
changed();
(async () => {
  const answer = await call('hello', {});
  if (!answer || answer.error) { toast('The server does not answer. Reload the page.'); return; }
  about = answer;
  showAbout();
  status('Open a picture to start.');
  root.dataset.ready = 'yes';
})();
