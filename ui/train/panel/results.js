// What was trained: told of, downloaded, pushed.
function showResult(told) {
  part('result').hidden = false;
  part('facts').replaceChildren(...told.rows.flatMap(([what, text]) => [make('dt', { textContent: what }), make('dd', { textContent: text })]));
  out('given', '');
}
async function fetchFile(kind) {
  const button = $('[data-do=' + kind + ']');
  button.disabled = true;
  const answer = await call('fetch', { model: run.told.method, kind });
  button.disabled = false;
  if (!answer || answer.error) return wrong(answer ? answer.error : 'The server does not answer. Try again in a moment.');
  wrong('');
  download(new Blob([bytesOf(answer.data)], { type: answer.mime }), answer.name);
}
async function give() {
  const repo = $('[data-field=place]').value.trim(), button = $('[data-form=give] button');
  if (!repo) { out('given', 'Give the name of the repository: user/repo'); return; }
  button.disabled = true;
  out('given', 'Pushing…');
  const payload = { repo, private: $('[data-field=hidden]').checked, create_pr: false, method: run.told.method, classes: run.told.classes };
  const answer = await insist('push', payload, () => true, 20);
  button.disabled = false;
  if (!answer || answer.error || answer.busy) { out('given', answer && answer.error ? answer.error : 'No answer came. Look on the Hub whether it arrived before you try again.'); return; }
  const link = make('a', { href: answer.url, target: '_blank', rel: 'noopener noreferrer', textContent: answer.repo + ' @ ' + answer.sha.slice(0, 7) });
  $('[data-out=given]').replaceChildren('Pushed: ', link);
}
$('[data-form=give]').addEventListener('submit', (event) => { event.preventDefault(); give(); });
