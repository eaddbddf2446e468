// What the tab holds, in this browser alone: pictures with their cues, and what was trained on them.
// item: {source, name, width, height, form: cues or null, key: of the server's copy, thumb, error, mask, unsure}
const shelf = { items: [], colours: new Map(), method: '', effort: '', answers: true };
const run = { job: '', told: null, count: 0, losses: [], first: null, steps: 0, looked: 0, barred: true };
const tell = (name, detail) => document.dispatchEvent(new CustomEvent('wss-' + name, { detail }));
const part = (name) => root.querySelector('[data-part=' + name + ']');
const numberOf = (form) => (form ? form.points.length + form.boxes.length + form.strokes.length + (form.labels ? 1 : 0) : 0);
const some = (count, what) => count + ' ' + what + (count === 1 ? '' : 's');
const busy = () => Boolean(run.job);
