/* Pictures, films and documents by drop, paste, picker or file dialog, and link cards. Each upload shows how far it is. */
import { captionLine, setUpFilms } from "./compose_film.js";
import { showCut } from "./compose_crop.js";
import { takeOut } from "./compose_undo.js";
import { bringWithLine } from "./upload_line.js";

export function setUpMedia(form, words, changed) {
  const upload = makeUploader(form, words, changed);
  const all = (part, files) => { for (const file of files) upload(part, file); };
  const picker = makePicker(form, all, changed, words);
  setUpFilms(form, words, changed);

  form.addEventListener("change", (event) => {
    if (!event.target.matches("[data-files]")) return;
    all(event.target.closest("[data-part]"), event.target.files);
    event.target.value = "";
  });
  form.addEventListener("paste", (event) => {
    const part = event.target.closest("[data-part]");
    const files = [...(event.clipboardData?.files || [])];
    if (part && files.length) { event.preventDefault(); all(part, files); }
  });
  setUpDrop(form, all);
  form.addEventListener("click", (event) => {
    const remove = event.target.closest("[data-media-remove]");
    const up = event.target.closest("[data-media-up]");
    const pick = event.target.closest("[data-pick]");
    const card = event.target.closest("[data-card-add]");
    const dropCard = event.target.closest("[data-card-remove]");
    if (remove) { event.preventDefault(); takeOut(remove.closest("[data-media]"), words, changed); }
    if (up) { const item = up.closest("[data-media]"); item.previousElementSibling?.before(item); up.focus(); changed(); }
    if (pick) picker.open(pick.closest("[data-part]"));
    if (card) { event.preventDefault(); readCard(form, words, card.closest("[data-part]"), changed); }
    if (dropCard) { event.preventDefault(); takeOut(dropCard.closest("[data-card]"), words, changed); }
  });
}

function setUpDrop(form, all) {
  const partOf = (event) => event.target.closest("[data-part]:has([data-media-list])");
  form.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault(); // also beside a part: a file dropped there must not replace the page
    const part = partOf(event);
    if (part) part.dataset.drop = "";
  });
  form.addEventListener("dragleave", (event) => {
    const part = partOf(event);
    if (part && !part.contains(event.relatedTarget)) delete part.dataset.drop;
  });
  form.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    const part = partOf(event) || form.querySelector("[data-part]");
    delete part.dataset.drop;
    all(part, event.dataTransfer.files);
  });
}

function makePicker(form, all, changed, words) {
  const dialog = document.getElementById("picker");
  const body = dialog.querySelector("[data-picker-body]");
  let part = null;

  const address = () => {
    const found = new URL(form.dataset.picker, location.href);
    found.searchParams.set("unit", form.elements.unit.value);
    return found;
  };

  async function fill(from) {
    try {
      const answer = await fetch(from, { headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok) throw new Error(String(answer.status));
      body.innerHTML = await answer.text();
    } catch {
      body.textContent = words.pickerFailed;
    }
  }

  dialog.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-asset]");
    const more = event.target.closest("a[data-more]");
    if (more) { event.preventDefault(); fill(more.href); }
    if (choice) { insert(part, JSON.parse(choice.dataset.asset)); dialog.close(); changed(); }
  });
  dialog.addEventListener("change", (event) => {
    if (!event.target.matches("[data-picker-files]")) return;
    dialog.close();
    all(part, event.target.files);
  });
  dialog.addEventListener("submit", (event) => {
    if (event.target.method !== "get") return;
    event.preventDefault();
    const from = address();
    new FormData(event.target).forEach((value, name) => from.searchParams.set(name, value));
    fill(from);
  });
  return { open(forPart) { part = forPart; dialog.showModal(); fill(address()); } };
}

async function readCard(form, words, part, changed) {
  const slot = part.querySelector("[data-card-slot]");
  const data = new FormData();
  data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  data.set("unit", form.elements.unit.value);
  data.set("name", part.dataset.name);
  data.set("text", part.querySelector("[data-text]").value);
  const before = slot.querySelector("[data-card]"); // what was typed into it stays until there is a new one
  slot.textContent = words.reading;
  try {
    const headers = { "X-Requested-With": "fetch" };
    const answer = await fetch(form.dataset.card, { method: "POST", body: data, headers, redirect: "manual" });
    if (!answer.ok) throw new Error(String(answer.status));
    slot.innerHTML = await answer.text();
  } catch {
    slot.textContent = words.cardFailed;
  }
  if (before && !slot.querySelector("[data-card]")) slot.prepend(before);
  changed();
}

function makeUploader(form, words, changed) {
  return (part, file) => {
    const line = document.createElement("p");
    line.className = "compose-upload";
    part.querySelector("[data-uploads]").append(line);
    const done = (asset) => { line.remove(); insert(part, asset); changed(); };
    const failed = () => line.classList.add("compose-upload-failed");
    bringWithLine(form, words, file, line, { done, failed, dropped() {} });
  };
}

function insert(part, asset) {
  const list = part.querySelector("[data-media-list]");
  if (list.querySelector(`[data-media="${asset.id}"]`)) return;
  const html = document.getElementById(`media-template-${asset.kind}`).innerHTML;
  list.insertAdjacentHTML("beforeend", html.replaceAll(`__${asset.kind}__`, part.dataset.name).replaceAll("__asset__", String(asset.id)));
  const item = list.lastElementChild;
  const fill = (selector, change) => { const found = item.querySelector(selector); if (found) change(found); };
  fill("[data-thumb]", (image) => { image.src = asset.thumb; if (asset.edits) showCut(image, JSON.parse(asset.edits)); });
  fill('[data-field="edits"]', (field) => { field.value = asset.edits || ""; });
  fill('[data-field="decorative"]', (box) => { box.checked = asset.decorative; });
  fill("[data-open]", (link) => { link.href = asset.url; });
  fill("[data-name]", (name) => { name.textContent = asset.name; });
  fill("[data-told]", (told) => { told.textContent = asset.told; });
  fill("[data-film]", (film) => { film.poster = asset.poster; film.src = asset.url; });
  fill("[data-poster] input[type=hidden]", (field) => { field.dataset.own = asset.poster; });
  fill("[data-caption-list]", (lines) => { for (const one of asset.captions) lines.append(captionLine(lines, one)); });
  const alt = item.querySelector('[data-field="alt"]');
  if (!alt) return;
  alt.value = asset.alt || "";
  // An upload may end while somebody is writing: the cursor stays with their words.
  if (!asset.alt && !asset.decorative && !document.activeElement?.matches("textarea, input:not([type=file], [type=checkbox]), select")) alt.focus();
}
