/* Turning and cutting a picture of the post: the dialog writes numbers into the picture's hidden field. */
import { setUpCrop } from "./crop.js";

export function setUpCutting(form, words, changed) {
  const dialog = document.getElementById("crop");
  const editor = setUpCrop(dialog.querySelector("[data-crop-form]"));
  let item = null;

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-media-crop]");
    if (!button) return;
    item = button.closest("[data-media]");
    let now = {};
    try { now = JSON.parse(item.querySelector('[data-field="edits"]').value || "{}"); } catch { now = {}; }
    editor.fill(now);
    editor.load(item.querySelector("[data-thumb]").src.split("?")[0].replace(/thumb\/$/, "full/"));
    dialog.showModal();
  });
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    dialog.close();
    const edits = event.submitter?.value === "whole" ? {} : editor.values();
    item.querySelector('[data-field="edits"]').value = Object.keys(edits).length ? JSON.stringify(edits) : "";
    showCut(item.querySelector("[data-thumb]"), edits);
    changed();
    item.querySelector("[data-media-crop]").focus();
  });
}

/* Our own small copy as it is cut; the server makes it. */
export function showCut(image, edits) {
  const query = new URLSearchParams();
  if (edits.rotate) query.set("rotate", edits.rotate);
  if (edits.crop) query.set("crop", edits.crop.join(","));
  const said = query.toString();
  image.src = image.src.split("?")[0] + (said ? `?${said}` : "");
}
