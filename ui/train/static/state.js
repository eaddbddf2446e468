// What the tab holds, in this browser alone: pictures with their cues, and what was trained on them.
// item: {source, name, width, height, cues: JSON form or null, key: of the server's copy, thumbnail, error, mask, uncertainty}
const panel = { items: [], colours: new Map(), method: '', effort: '', showPredictions: true };
const training = { job: '', checkpoint: null, count: 0, losses: [], first: null, steps: 0, checks: 0, notTrainable: true };
const emit = (name, detail) => document.dispatchEvent(new CustomEvent('wss-' + name, { detail }));
const part = (name) => root.querySelector('[data-part=' + name + ']');
const cueCount = (cues) => (cues ? cues.points.length + cues.boxes.length + cues.strokes.length + (cues.labels ? 1 : 0) : 0);
const countOf = (count, noun) => count + ' ' + noun + (count === 1 ? '' : 's');
const isTraining = () => Boolean(training.job);
