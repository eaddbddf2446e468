// What follows a change, messages to the person, and the start.
function changed() {
  view.hover = null;
  leaveCheckpoint();
  showClasses();
  showCues();
  $('[data-do=undo]').disabled = !past.length;
  $('[data-do=redo]').disabled = !future.length;
  root.dataset.cues = String(store.cues.length);
  sendKeptCues();
  if (mask.labels && mask.classes !== store.classes) paintMask(); // other colours
  draw();
  if (!canSegment() || store.live) requestMask();
  else status('Live is off: the mask waits for Update once (Enter).');
}
let statusText = 'Starting…';
function status(text) {
  statusText = text;
  setText('status', about.loading ? text + ' The model is loading; a mask comes when it is ready.' : text);
}
function showWaiting(text) {
  $('.wss-wait').hidden = !text;
  $('.wss-wait span').textContent = text;
}
// `passing`: about the mask, so that the next mask takes the message away; other messages stay until they are closed.
function toast(text, passing) {
  $('.wss-toast span').textContent = text;
  $('.wss-toast').dataset.passing = passing ? 'yes' : 'no';
  $('.wss-toast').hidden = false;
}
function closeToast() { $('.wss-toast').hidden = true; }
function closePassingToast() { if ($('.wss-toast').dataset.passing === 'yes') closeToast(); }

// The page answers before the model is loaded: ask until it is.
async function watchLoading() {
  while (about.loading) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const answer = await call('loading_status', {});
    if (answer && answer.loading === false) about.loading = false;
  }
  root.dataset.loading = 'no';
  status(statusText);
}
async function loadExamples() {
  const answer = await callWhileBusy('list_examples', {}, () => true, 100);
  if (answer && answer.examples) showExamples(answer.examples);
}

new ResizeObserver(() => draw()).observe(stage);
setTool('stroke');
changed();
(async () => {
  const answer = await call('page_info', {});
  if (!answer || answer.error) { toast('The server does not answer. Reload the page.'); return; }
  about = answer;
  showAbout();
  status('Open a picture to start.');
  watchLoading();
  loadExamples();
  root.dataset.ready = 'yes';
})();
