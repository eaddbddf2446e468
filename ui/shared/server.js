// Calls of the page's server functions.
// The answer; undefined when none came, for whatever reason.
async function call(name, payload) {
  const timeout = new Promise((resolve) => setTimeout(resolve, name === 'push' ? 600000 : 60000));
  try { return await Promise.race([server[name](payload), timeout]); } catch (error) { return undefined; }
}
// Call again while the server is busy, at most `tries` times, as long as `wanted` says that somebody waits for the answer.
async function callWhileBusy(name, payload, wanted, tries) {
  let answer = await call(name, payload);
  for (let left = tries; answer && answer.busy && left > 0 && wanted(); left--) {
    await new Promise((resolve) => setTimeout(resolve, answer.busy));
    answer = await call(name, payload);
  }
  return answer;
}
// Push to the Hub, and show the outcome in the element called `output`.
async function pushToHub(output, button, payload) {
  if (!payload.repo) { setText(output, 'Give the name of the repository: user/repo'); return; }
  button.disabled = true;
  setText(output, 'Pushing…');
  const answer = await callWhileBusy('push', payload, () => true, 20);
  button.disabled = false;
  if (!answer || answer.error || answer.busy) { setText(output, answer && answer.error ? answer.error : 'No answer came. Look on the Hub whether it arrived before you try again.'); return; }
  const link = make('a', { href: answer.url, target: '_blank', rel: 'noopener noreferrer', textContent: answer.repo + ' @ ' + answer.sha.slice(0, 7) });
  $('[data-out=' + output + ']').replaceChildren(answer.pull_request ? 'Opened a pull request: ' : 'Pushed: ', link);
}
