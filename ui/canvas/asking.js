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
