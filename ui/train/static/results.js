// What was trained: its summary, the downloads, and the push to the Hub.
function showResult(checkpoint) {
  part('result').hidden = false;
  part('summary').replaceChildren(...checkpoint.rows.flatMap(([term, text]) => [make('dt', { textContent: term }), make('dd', { textContent: text })]));
  setText('pushed', '');
}
async function downloadFile(kind) {
  const button = $('[data-do=' + kind + ']');
  button.disabled = true;
  const answer = await call('download', { model: training.checkpoint.method, kind });
  button.disabled = false;
  if (!answer || answer.error) return showError(answer ? answer.error : 'The server does not answer. Try again in a moment.');
  showError('');
  download(new Blob([base64ToBytes(answer.data)], { type: answer.mime }), answer.name);
}
function pushCheckpoint() {
  const repo = $('[data-field=repo]').value.trim(), isPrivate = $('[data-field=private]').checked, { method, classes } = training.checkpoint;
  return pushToHub('pushed', $('[data-form=push] button'), { repo, private: isPrivate, create_pr: false, method, classes });
}
$('[data-form=push]').addEventListener('submit', (event) => { event.preventDefault(); pushCheckpoint(); });
