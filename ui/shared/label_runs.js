// Decodes label maps as ui/server/label_runs.py encodes them: runs of a label byte and the length as a varint.
function base64ToBytes(base64) {
  const text = atob(base64), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
function decodeRuns(base64, size) {
  const bytes = base64ToBytes(base64), labels = new Uint8Array(size);
  let at = 0, end = 0;
  while (at < bytes.length) {
    const label = bytes[at++];
    let length = 0, shift = 0, byte;
    do { byte = bytes[at++]; length += (byte & 127) * 2 ** shift; shift += 7; } while (byte > 127);
    labels.fill(label, end, end += length);
  }
  if (end !== size) throw new Error('the mask that came holds ' + end + ' pixels, not ' + size);
  return labels;
}
async function blobToBase64(blob) {
  const url = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
  return url.slice(url.indexOf(',') + 1);
}
