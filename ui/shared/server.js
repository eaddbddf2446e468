// The server functions of the page, asked with patience.
// undefined when no answer came, for whatever reason.
async function call(name, payload) {
  const late = new Promise((resolve) => setTimeout(resolve, name === 'push' ? 600000 : 60000));
  try { return await Promise.race([server[name](payload), late]); } catch (error) { return undefined; }
}
// Ask again while the server is busy and `still` says that somebody waits for the answer.
async function insist(name, payload, still, tries) {
  let answer = await call(name, payload);
  for (let left = tries; answer && answer.busy && left > 0 && still(); left--) {
    await new Promise((resolve) => setTimeout(resolve, answer.busy));
    answer = await call(name, payload);
  }
  return answer;
}
// Push to the Hub; what came of it is told in the place called `told`.
async function pushTo(told, button, payload) {
  if (!payload.repo) { out(told, 'Give the name of the repository: user/repo'); return; }
  button.disabled = true;
  out(told, 'Pushing…');
  const answer = await insist('push', payload, () => true, 20);
  button.disabled = false;
  if (!answer || answer.error || answer.busy) { out(told, answer && answer.error ? answer.error : 'No answer came. Look on the Hub whether it arrived before you try again.'); return; }
  const link = make('a', { href: answer.url, target: '_blank', rel: 'noopener noreferrer', textContent: answer.repo + ' @ ' + answer.sha.slice(0, 7) });
  $('[data-out=' + told + ']').replaceChildren(answer.pull_request ? 'Opened a pull request: ' : 'Pushed: ', link);
}
