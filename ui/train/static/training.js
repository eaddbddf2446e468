// One training: what stands in its way, how far it is, its answers as they come.
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const sent = (items) => items.map(({ key, form, width, height }) => ({ key, cues: form, width, height }));

function wrong(text) { out('wrong', text); }
function show(state) {
  root.dataset.state = state;
  $('[data-do=cancel]').hidden = !busy();
  $('.wss-progress').hidden = !busy();
  $('[data-do=train]').disabled = busy() || run.barred;
  $('[data-do=train]').textContent = run.told ? 'Train again' : 'Train';
}
// What the cues are worth, a moment after the last change.
async function look() {
  const turn = ++run.looked;
  await pause(250);
  if (turn !== run.looked) return;
  const told = await call('look', { pictures: sent(shelf.items).filter((row) => row.width) });
  if (turn !== run.looked || !told) return;
  run.barred = Boolean(told.obstacle || told.error);
  out('effort', told.cued ? some(told.cued, 'picture') + ' with cues: about ' + spent(told.seconds) + ' of labelling.' : '');
  const words = told.error || told.obstacle ? [told.error || told.obstacle] : told.notes;
  $('.wss-notes').replaceChildren(...words.map((text) => make('li', { textContent: text + '.' })));
  root.dataset.looked = String(turn);
  show(root.dataset.state);
}
const spent = (seconds) => (seconds < 120 ? seconds + ' seconds' : Math.round(seconds / 60) + ' minutes');

async function train() {
  if (busy()) return;
  wrong('');
  Object.assign(run, { job: 'coming', losses: [], first: null, steps: 0 });
  $('progress').removeAttribute('value');
  out('state', 'Sending the pictures…');
  show('sending');
  await coming;
  const used = shelf.items.filter((item) => item.key);
  const job = await begin(used, 2);
  if (!job) { run.job = ''; out('state', ''); return show('idle'); }
  if (!busy()) { call('cancel', { job }); return; } // cancelled meanwhile
  run.job = job;
  await follow(job, used);
}
// The key of the training, once it waits for its turn. Copies that the server had put away are made again, `tries` times.
async function begin(used, tries) {
  const answer = await call('start', { pictures: sent(used), method: shelf.method, effort: shelf.effort });
  if (answer && answer.gone && tries) {
    for (const place of answer.gone) await bring(used[place]);
    return busy() ? begin(used, tries - 1) : '';
  }
  if (!answer || answer.error || answer.gone) wrong(answer && answer.error ? answer.error : 'The server does not answer. Pictures and cues are kept; try again.');
  return answer && answer.job;
}
async function follow(job, used) {
  let seen = 0, silent = 0, answers = [];
  while (run.job === job) {
    await pause(400);
    const told = await call('ask', { job, seen });
    if (run.job !== job) return;
    if (!told || told.error && !told.state) { if (++silent > 20) { end('The server does not answer. Pictures and cues are kept; try again.'); } continue; }
    silent = 0;
    answers = answers.concat(told.answers || []);
    seen = answers.length;
    if (told.state === 'done') { take(told.told, used, answers); return end('', told.told); }
    if (told.state === 'gone') return end('The server was started anew. Pictures and cues are kept; train again.');
    if (told.state === 'cancelled') return end('The training was dropped. Train again.');
    if (told.state === 'failed') return end(told.error);
    showProgress(told, seen, used.length);
  }
}
function showProgress(told, answered, count) {
  const bar = $('progress'), svg = $('.wss-progress svg');
  const share = told.state === 'training' && told.steps ? 0.85 * told.step / told.steps + 0.15 * answered / count : null;
  if (share === null) bar.removeAttribute('value'); else bar.value = share;
  if (told.steps !== run.steps) Object.assign(run, { steps: told.steps, losses: [], first: null }); // begun anew, with fewer
  if (told.loss !== undefined && told.step !== run.losses.step) { run.losses.push(told.loss); run.losses.step = told.step; }
  svg.toggleAttribute('hidden', run.losses.length < 3);
  if (run.losses.length > 2) drawLosses(svg);
  out('state', words(told, answered, count));
  show(told.state);
}
function words(told, answered, count) {
  if (told.state === 'waiting') return told.place ? some(told.place, 'training') + ' before yours. Yours begins by itself.' : 'Starting…';
  if (answered) return 'Looking at the pictures: ' + answered + ' of ' + count + '.';
  if (!told.steps) return 'Starting…';
  const left = Math.round((told.steps - told.step) * paceOf(told));
  const what = told.loss === undefined ? 'Picture ' + told.step + ' of ' + told.steps : 'Step ' + told.step + ' of ' + told.steps + ', loss ' + told.loss.toFixed(3);
  return what + (left > 3 ? ', about ' + spent(left) + ' left.' : '.');
}
// Seconds a step, 0 while that is not known.
function paceOf(told) {
  run.first = run.first || { step: told.step, now: performance.now() };
  const done = told.step - run.first.step;
  return done > 4 ? (performance.now() - run.first.now) / 1000 / done : 0;
}
function drawLosses(svg) {
  const top = Math.max(...run.losses), low = Math.min(...run.losses), last = run.losses.length - 1;
  svg.querySelector('polyline').setAttribute('points', run.losses.map((loss, i) => (100 * i / last) + ',' + (22 - 20 * (loss - low) / (top - low || 1))).join(' '));
}
function take(told, used, answers) {
  for (const answer of answers) {
    const { width, height } = answer, item = used[answer.answer];
    item.mask = { width, height, labels: decodeRuns(answer.runs, width * height), classes: told.classes };
    item.unsure = answer.unsure;
  }
}
function end(problem, told) {
  run.job = '';
  wrong(problem);
  if (told) {
    told.label += ' (' + (++run.count) + ')';
    run.told = told;
    showResult(told);
    showCards();
  }
  out('state', told ? 'Done. Click a picture to see the answer large and to correct it, then train again.' : '');
  show(told ? 'done' : 'idle');
}
async function cancel() {
  const job = run.job;
  run.job = '';
  out('state', 'Cancelled. Nothing of it is kept; pictures and cues are.');
  show('idle');
  if (job && job !== 'coming') await call('cancel', { job });
}
