/* One file on its way to the server: sized before it leaves, its progress told. */
import { sendInPieces } from "./upload_pieces.js";

export function kindOf(file) {
  if (file.type === "application/pdf" || /\.pdf$/i.test(file.name)) return "document";
  if (file.type.startsWith("video/") || /\.(mp4|m4v|mov|webm|mkv|avi|mpe?g|wmv|3gp|mts)$/i.test(file.name)) return "video";
  return "image";
}

const limitsOf = () => JSON.parse(document.getElementById("compose-limits").textContent);

/* The sentence for a file that need not be sent; '' for one that may. */
export function tooLarge(file, words) {
  const limits = limitsOf();
  const kind = kindOf(file);
  if (file.size === 0) return words.fileEmpty;
  return file.size > limits[kind] ? words[`${kind}Large`] : "";
}

/* A file for the library: in one go, or in pieces where it is large. Returns what can `cancel()` it. */
export function bring(form, words, file, on) {
  const { pieces } = limitsOf();
  if (file.size > pieces.bytes) return sendInPieces(form, words, pieces, file, on);
  const request = send(form, words, form.dataset.upload, file, {}, on);
  return { cancel() { request.abort(); on.dropped(); } };
}

export function send(form, words, address, file, more, { told, done, failed }) {
  const request = new XMLHttpRequest();
  const data = new FormData();
  data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  data.set("unit", form.elements.unit.value);
  for (const [name, value] of Object.entries(more)) data.set(name, value);
  data.set("file", file, file.name);
  request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) told?.(event.loaded / event.total); });
  request.addEventListener("load", () => {
    let answer = {};
    try { answer = JSON.parse(request.responseText); } catch { answer = {}; }
    if (answer.id) { done(answer); return; }
    failed(answer.message || `${file.name}: ${request.status === 413 ? words.uploadTooLarge : words.uploadCut}`);
  });
  request.addEventListener("error", () => failed(`${file.name}: ${words.uploadCut}`));
  request.open("POST", address);
  request.setRequestHeader("X-Requested-With", "fetch");
  request.send(data);
  return request;
}
