// Shortcuts to the page's elements. Canvas and Train tab join these files into one function (ui/segment/canvas.py,
// ui/train/tab.py), which Gradio calls with `element`, `server` and `trigger`.
const root = element.querySelector('.wss');
const $ = (selector) => root.querySelector(selector);
const setText = (name, text) => { root.querySelector('[data-out=' + name + ']').textContent = text; };
// What the server says of the page at the start; `limits.upload` in bytes.
let about = { methods: [], exports: [], limits: { upload: 10 * 2 ** 20 }, push_refused: '', loading: false };
function make(tag, properties, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}
