// One training: what is still missing, how far it is, its predictions as they come.
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const rowsOf = (items) => items.map(({ key, cues, width, height }) => ({ key, cues, width, height }));
const durationText = (seconds) => (seconds < 120 ? seconds + ' seconds' : Math.round(seconds / 60) + ' minutes');

function showError(text) { setText('error', text); }
function showState(state) {
  root.dataset.state = state;
  $('[data-do=cancel]').hidden = !isTraining();
  $('.wss-progress').hidden = !isTraining();
  $('[data-do=train]').disabled = isTraining() || training.notTrainable;
  $('[data-do=train]').textContent = training.checkpoint ? 'Train again' : 'Train';
}
// Whether the cues can be trained on, a moment after their last change.
async function checkTraining() {
  const number = ++training.checks;
  await pause(250);
  if (number !== training.checks) return;
  const answer = await call('check_training', { images: rowsOf(panel.items).filter((row) => row.width) });
  if (number !== training.checks || !answer) return;
  const reason = answer.error || answer.reason_not_trainable;
  training.notTrainable = Boolean(reason);
  setText('label-seconds', answer.cued_images ? countOf(answer.cued_images, 'picture') + ' with cues: about ' + durationText(answer.label_seconds) + ' of labelling.' : '');
  $('.wss-suggestions').replaceChildren(...(reason ? [reason] : answer.suggestions).map((text) => make('li', { textContent: text + '.' })));
  root.dataset.checked = String(number);
  showState(root.dataset.state);
}

async function train() {
  if (isTraining()) return;
  showError('');
  Object.assign(training, { job: 'sending', losses: [], first: null, steps: 0 });
  $('progress').removeAttribute('value');
  setText('state', 'Sending the pictures…');
  showState('sending');
  await sending;
  const items = panel.items.filter((item) => item.key);
  const job = await startTraining(items, 2);
  if (!job) { training.job = ''; setText('state', ''); return showState('idle'); }
  if (!isTraining()) { call('cancel_training', { job }); return; } // cancelled meanwhile
  training.job = job;
  await followTraining(job, items);
}
// The key of the training, once it is queued. Copies that the server has dropped are sent again, `tries` times.
async function startTraining(items, tries) {
  const answer = await call('start_training', { images: rowsOf(items), method: panel.method, effort: panel.effort });
  if (answer && answer.gone && tries) {
    for (const number of answer.gone) await sendImage(items[number]);
    return isTraining() ? startTraining(items, tries - 1) : '';
  }
  if (!answer || answer.error || answer.gone) showError(answer && answer.error ? answer.error : 'The server does not answer. Pictures and cues are kept; try again.');
  return answer && answer.job;
}
async function followTraining(job, items) {
  let seen = 0, silent = 0, predictions = [];
  while (training.job === job) {
    await pause(400);
    const status = await call('training_status', { job, seen });
    if (training.job !== job) return;
    if (!status || status.error && !status.state) { if (++silent > 20) { endTraining('The server does not answer. Pictures and cues are kept; try again.'); } continue; }
    silent = 0;
    predictions = predictions.concat(status.predictions || []);
    seen = predictions.length;
    if (status.state === 'done') { keepPredictions(status.checkpoint, items, predictions); return endTraining('', status.checkpoint); }
    if (status.state === 'gone') return endTraining('The server was restarted. Pictures and cues are kept; train again.');
    if (status.state === 'cancelled') return endTraining('The training was cancelled by the server. Train again.');
    if (status.state === 'failed') return endTraining(status.error);
    showProgress(status, seen, items.length);
  }
}
function showProgress(status, predicted, count) {
  const bar = $('progress'), svg = $('.wss-progress svg');
  const fraction = status.state === 'running' && status.steps ? 0.85 * status.step / status.steps + 0.15 * predicted / count : null;
  if (fraction === null) bar.removeAttribute('value'); else bar.value = fraction;
  if (status.steps !== training.steps) Object.assign(training, { steps: status.steps, losses: [], first: null }); // restarted with fewer steps
  if (status.loss !== undefined && status.step !== training.losses.step) { training.losses.push(status.loss); training.losses.step = status.step; }
  svg.toggleAttribute('hidden', training.losses.length < 3);
  if (training.losses.length > 2) drawLosses(svg);
  setText('state', progressText(status, predicted, count));
  showState(status.state);
}
function progressText(status, predicted, count) {
  if (status.state === 'waiting') return status.jobs_before ? countOf(status.jobs_before, 'training') + ' before yours. Yours begins by itself.' : 'Starting…';
  if (predicted) return 'Predicting masks: ' + predicted + ' of ' + count + '.';
  if (!status.steps) return 'Starting…';
  const left = Math.round((status.steps - status.step) * secondsPerStep(status));
  const text = status.loss === undefined ? 'Picture ' + status.step + ' of ' + status.steps : 'Step ' + status.step + ' of ' + status.steps + ', loss ' + status.loss.toFixed(3);
  return text + (left > 3 ? ', about ' + durationText(left) + ' left.' : '.');
}
// 0 while it is not known.
function secondsPerStep(status) {
  training.first = training.first || { step: status.step, now: performance.now() };
  const steps = status.step - training.first.step;
  return steps > 4 ? (performance.now() - training.first.now) / 1000 / steps : 0;
}
function drawLosses(svg) {
  const max = Math.max(...training.losses), min = Math.min(...training.losses), last = training.losses.length - 1;
  svg.querySelector('polyline').setAttribute('points', training.losses.map((loss, i) => (100 * i / last) + ',' + (22 - 20 * (loss - min) / (max - min || 1))).join(' '));
}
function keepPredictions(checkpoint, items, predictions) {
  for (const { prediction, width, height, runs, uncertainty } of predictions) {
    items[prediction].mask = { width, height, labels: decodeRuns(runs, width * height), classes: checkpoint.classes };
    items[prediction].uncertainty = uncertainty;
  }
}
function endTraining(error, checkpoint) {
  training.job = '';
  showError(error);
  if (checkpoint) {
    checkpoint.label += ' (' + (++training.count) + ')';
    training.checkpoint = checkpoint;
    showResult(checkpoint);
    showCards();
  }
  setText('state', checkpoint ? 'Done. Click a picture to see its mask large and to correct it, then train again.' : '');
  showState(checkpoint ? 'done' : 'idle');
}
async function cancel() {
  const job = training.job;
  training.job = '';
  setText('state', 'Cancelled. Nothing of this training is kept; your pictures and cues are.');
  showState('idle');
  if (job && job !== 'sending') await call('cancel_training', { job });
}
