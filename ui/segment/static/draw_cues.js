// Draws the cues over the picture, in screen pixels, each with a light rim so that it shows on any mask.
function paintCues(p) {
  p.lineCap = p.lineJoin = 'round';
  for (const cue of store.cues) paintCue(p, cue, cue === view.hover);
  if (view.drawing) paintCue(p, view.drawing, false);
  if (view.outline) paintOutline(p, view.outline);
  if (view.cursor && (store.tool === 'stroke' || store.tool === 'erase')) {
    p.beginPath();
    p.arc(view.cursor[0], view.cursor[1], Math.max(2, store.brush / 2), 0, 7);
    rim(p, '#fff', 1.5);
  }
}
function rim(p, colour, width) {
  p.setLineDash([]);
  p.strokeStyle = 'rgba(0,0,0,.65)'; p.lineWidth = width + 2; p.stroke();
  p.strokeStyle = colour; p.lineWidth = width; p.stroke();
}
function trace(p, path) {
  p.beginPath();
  path.forEach(([x, y], i) => { const s = toScreen(x, y); if (i) p.lineTo(...s); else p.moveTo(...s); });
  if (path.length === 1) { const s = toScreen(...path[0]); p.lineTo(s[0] + 0.01, s[1]); }
}
function paintCue(p, cue, hovered) {
  const colour = colourOf(cue.label);
  if (cue.kind === 'stroke') {
    trace(p, cue.path);
    const width = Math.max(2, cue.width * view.scale);
    p.setLineDash([]);
    p.strokeStyle = hovered ? '#fde047' : 'rgba(255,255,255,.9)'; p.lineWidth = width + (hovered ? 6 : 2.5); p.stroke();
    p.strokeStyle = colour; p.lineWidth = width; p.stroke();
    if (cue.label === IGNORE) { p.setLineDash([2, 7]); p.strokeStyle = '#0f172a'; p.stroke(); p.setLineDash([]); }
  } else if (cue.kind === 'fill') {
    trace(p, cue.path); p.closePath();
    p.globalAlpha = 0.35; p.fillStyle = colour; p.fill(); p.globalAlpha = 1;
    rim(p, hovered ? '#fde047' : colour, 2);
  } else if (cue.kind === 'point') {
    p.beginPath();
    p.arc(...toScreen(cue.x, cue.y), hovered ? 8 : 6, 0, 7);
    p.fillStyle = colour; p.fill();
    rim(p, hovered ? '#fde047' : '#fff', 2);
  } else if (cue.kind === 'box') {
    paintBox(p, cue, colour, hovered);
  }
}
function paintBox(p, cue, colour, hovered) {
  const [x0, y0] = toScreen(cue.x0 - 0.5, cue.y0 - 0.5), [x1, y1] = toScreen(cue.x1 - 0.5, cue.y1 - 0.5);
  p.beginPath();
  p.rect(x0, y0, x1 - x0, y1 - y0);
  rim(p, hovered ? '#fde047' : colour, 2.5);
  const name = nameOf(cue.label), left = Math.min(x0, x1), top = Math.min(y0, y1);
  p.font = '600 12px system-ui, sans-serif';
  const width = Math.min(200, p.measureText(name).width) + 10;
  p.fillStyle = colour;
  p.fillRect(left - 1, top - 19, width, 18);
  p.fillStyle = readable(colour);
  p.fillText(name, left + 4, top - 6, 200);
}
function paintOutline(p, outline) {
  const path = outline.cursor ? [...outline.path, outline.cursor] : outline.path;
  trace(p, path);
  rim(p, colourOf(outline.label), 2);
  for (const corner of outline.path) {
    p.beginPath();
    p.arc(...toScreen(...corner), 4, 0, 7);
    p.fillStyle = colourOf(outline.label); p.fill();
    rim(p, '#fff', 1.5);
  }
}
function readable(colour) {
  const n = parseInt(colour.slice(1), 16), light = 0.299 * (n >> 16) + 0.587 * ((n >> 8) & 255) + 0.114 * (n & 255);
  return light > 150 ? '#0f172a' : '#fff';
}
