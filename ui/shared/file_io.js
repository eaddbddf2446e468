// Files into the browser and out of it.
// What the server is sent of a picture's file: all of it, or a smaller copy of one that is too large.
async function payloadOf(file) {
  const small = file.size > about.limits.upload ? await shrink(file) : file;
  return { data: await base64Of(small), name: file.name || 'picture' };
}
async function shrink(file) {
  const picture = await createImageBitmap(file), scale = Math.min(1, 4096 / Math.max(picture.width, picture.height));
  const small = document.createElement('canvas');
  small.width = Math.round(picture.width * scale); small.height = Math.round(picture.height * scale);
  small.getContext('2d').drawImage(picture, 0, 0, small.width, small.height);
  return new Promise((resolve) => small.toBlob(resolve, 'image/jpeg', 0.92));
}
function download(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
