// The parts of this folder are joined into one function by ui/segment/canvas.py; Gradio gives it element, server and trigger.
const root = element.querySelector('.wss');
const $ = (selector) => root.querySelector(selector);
const out = (name, text) => { root.querySelector('[data-out=' + name + ']').textContent = text; };
let about = { methods: [], exports: [], examples: [], limits: { upload: 10 * 2 ** 20 }, obstacle: '' };
function make(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}
