// Files into the browser and out of it.
// A picture's file as it is sent to the server: whole, or as a smaller copy when it is too large.
async function imagePayload(file) {
  const small = file.size > about.limits.upload ? await shrink(file) : file;
  return { data: await blobToBase64(small), name: file.name || 'picture' };
}
async function shrink(file) {
  const image = await createImageBitmap(file), scale = Math.min(1, 4096 / Math.max(image.width, image.height));
  const small = document.createElement('canvas');
  small.width = Math.round(image.width * scale); small.height = Math.round(image.height * scale);
  small.getContext('2d').drawImage(image, 0, 0, small.width, small.height);
  return new Promise((resolve) => small.toBlob(resolve, 'image/jpeg', 0.92));
}
function download(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
