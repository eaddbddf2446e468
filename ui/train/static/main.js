// Buttons, choices, and the start.
const actions = {
  add: () => $('[data-file=batch]').click(), back: showCanvas, train, cancel,
  checkpoint: () => fetchFile('checkpoint'), masks: () => fetchFile('masks'),
};
for (const button of root.querySelectorAll('[data-do]')) button.addEventListener('click', () => actions[button.dataset.do]());
$('[data-check=answers]').addEventListener('change', (event) => { shelf.answers = event.target.checked; showCards(); });

function radio(name, on, pick, ...content) {
  const button = make('button', { type: 'button', className: on ? 'on' : '', onclick: pick }, ...content);
  button.setAttribute('role', 'radio');
  button.setAttribute('aria-checked', on);
  button.dataset.pick = name;
  return button;
}
function showChoices() {
  const chosen = about.methods.find(({ name }) => name === shelf.method);
  if (!chosen.efforts.includes(shelf.effort)) shelf.effort = chosen.efforts[0];
  $('.wss-choices').replaceChildren(...about.methods.map(({ name, title, about: words }) =>
    radio(name, name === shelf.method, () => { shelf.method = name; showChoices(); }, make('b', { textContent: title }), make('span', { textContent: words }))));
  $('.wss-efforts').replaceChildren(...chosen.efforts.map((name) => radio(name, name === shelf.effort, () => { shelf.effort = name; showChoices(); }, name)));
}
(async () => {
  const answer = await call('offer', {});
  if (!answer || answer.error) return wrong('The server does not answer. Reload the page.');
  about = answer;
  shelf.method = about.methods[0].name;
  out('barred', about.obstacle);
  $('[data-form=give]').hidden = Boolean(about.obstacle);
  showChoices();
  listed();
  root.dataset.ready = 'yes';
})();
