/* Captions of a film, and the picture that stands for it. */
import { send, tooLarge } from "./compose_upload.js";

export function setUpFilms(form, words, changed) {
  form.addEventListener("change", (event) => {
    const field = event.target;
    const file = field.files?.[0];
    if (!file) return;
    if (field.matches("[data-caption-file]")) addCaptions(form, words, field, file, changed);
    if (field.matches("[data-poster-file]")) choosePoster(form, words, field, file, changed);
  });
  form.addEventListener("click", (event) => {
    const caption = event.target.closest("[data-caption-remove]");
    const own = event.target.closest("[data-poster-own]");
    if (caption) { event.preventDefault(); removeCaption(caption.closest("[data-caption]")); changed(); }
    if (own) { event.preventDefault(); setPoster(own.closest("[data-media]"), "", ""); changed(); }
  });
}

/* A line of the list of captions, as the server draws it. */
export function captionLine(list, caption) {
  const line = document.createElement("li");
  const field = document.createElement("input");
  const link = document.createElement("a");
  const remove = document.createElement("button");
  line.dataset.caption = caption.id;
  Object.assign(field, { type: "hidden", name: list.dataset.fieldName, value: caption.id });
  Object.assign(link, { href: caption.url, textContent: caption.label });
  Object.assign(remove, { type: "button", className: "button button-small button-quiet", textContent: list.dataset.remove });
  remove.setAttribute("aria-label", `${list.dataset.remove}: ${caption.label}`);
  remove.dataset.captionRemove = "";
  line.append(field, link, remove);
  return line;
}

function addCaptions(form, words, field, file, changed) {
  const item = field.closest("[data-media]");
  const list = item.querySelector("[data-caption-list]");
  const status = item.querySelector("[data-caption-status]");
  const say = (text, bad) => { status.textContent = text; status.classList.toggle("compose-upload-failed", Boolean(bad)); };
  const done = (caption) => {
    say("");
    for (const line of list.querySelectorAll("[data-caption]")) if (line.dataset.caption === String(caption.id)) line.remove();
    list.append(captionLine(list, caption));
    showTracks(item);
    changed();
  };
  const language = item.querySelector("[data-caption-language]").value;
  say(words.looking);
  send(form, words, form.dataset.captions, file, { asset: item.dataset.media, language }, { done, failed: (why) => say(why, true) });
  field.value = "";
}

function removeCaption(line) {
  const item = line.closest("[data-media]");
  const near = line.nextElementSibling || line.previousElementSibling;
  line.remove();
  (near?.querySelector("button") || item.querySelector("[data-caption-language]")).focus();
  showTracks(item);
}

/* The player offers the captions that are listed. */
function showTracks(item) {
  const film = item.querySelector("[data-film]");
  const tracks = [...item.querySelectorAll("[data-caption] a")].map((link) => {
    const track = document.createElement("track");
    Object.assign(track, { kind: "captions", src: link.href, label: link.textContent });
    return track;
  });
  film.replaceChildren(...tracks);
}

function choosePoster(form, words, field, file, changed) {
  const item = field.closest("[data-media]");
  const status = item.querySelector("[data-caption-status]");
  const failed = (why) => { status.textContent = why; status.classList.add("compose-upload-failed"); };
  field.value = "";
  const why = tooLarge(file, words);
  if (why) { failed(`${file.name}: ${why}`); return; }
  const done = (asset) => {
    status.textContent = "";
    if (asset.kind === "image") setPoster(item, String(asset.id), asset.url);
    changed();
  };
  send(form, words, form.dataset.upload, file, {}, { done, failed });
}

function setPoster(item, id, url) {
  const field = item.querySelector("[data-poster] input[type=hidden]");
  field.value = id;
  item.querySelector("[data-film]").poster = url || field.dataset.own;
  item.querySelector("[data-poster-own]").hidden = !id;
}
