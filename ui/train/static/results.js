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
function give() {
  const repo = $('[data-field=place]').value.trim(), hidden = $('[data-field=hidden]').checked;
  return pushTo('given', $('[data-form=give] button'), { repo, private: hidden, create_pr: false, method: run.told.method, classes: run.told.classes });
}
$('[data-form=give]').addEventListener('submit', (event) => { event.preventDefault(); give(); });
