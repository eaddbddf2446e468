// Buttons, choices, and the start.
const actions = {
  add: () => $('[data-file=batch]').click(), back: showCanvas, train, cancel,
  checkpoint: () => downloadFile('checkpoint'), masks: () => downloadFile('masks'),
};
for (const button of root.querySelectorAll('[data-do]')) button.addEventListener('click', () => actions[button.dataset.do]());
$('[data-check=predictions]').addEventListener('change', (event) => { panel.showPredictions = event.target.checked; showCards(); });

function radioButton(name, checked, onclick, ...content) {
  const button = make('button', { type: 'button', className: checked ? 'on' : '', onclick }, ...content);
  button.setAttribute('role', 'radio');
  button.setAttribute('aria-checked', checked);
  button.dataset.pick = name;
  return button;
}
function showChoices() {
  const chosen = about.methods.find(({ name }) => name === panel.method);
  if (!chosen.efforts.includes(panel.effort)) panel.effort = chosen.efforts[0];
  $('.wss-choices').replaceChildren(...about.methods.map((method) =>
    radioButton(method.name, method.name === panel.method, () => { panel.method = method.name; showChoices(); }, make('b', { textContent: method.title }), make('span', { textContent: method.about }))));
  $('.wss-efforts').replaceChildren(...chosen.efforts.map((name) => radioButton(name, name === panel.effort, () => { panel.effort = name; showChoices(); }, name)));
}
(async () => {
  const answer = await call('train_options', {});
  if (!answer || answer.error) return showError('The server does not answer. Reload the page.');
  about = answer;
  panel.method = about.methods[0].name;
  setText('push-refused', about.push_refused);
  $('[data-form=push]').hidden = Boolean(about.push_refused);
  showChoices();
  imagesChanged();
  root.dataset.ready = 'yes';
})();
