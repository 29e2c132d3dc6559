/* Parts of a thread, and a channel's own version of the text. */

import { takeOut } from "./compose_undo.js";

export function setUpParts(form, words, changed) {
  form.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-part]");
    const remove = event.target.closest("[data-remove-part]");
    if (add) { event.preventDefault(); addPart(form, add.dataset.addPart, "").querySelector("textarea").focus(); changed(); }
    if (remove) { event.preventDefault(); removePart(remove.closest("[data-part]"), words, changed); }
  });
  form.addEventListener("change", (event) => event.target.matches("input[data-own]") && toggleOwn(form, event.target));
  for (const parts of form.querySelectorAll("[data-parts]")) number(parts);
  for (const box of form.querySelectorAll("input[data-own]:checked")) toggleOwn(form, box); // ticked before this script came
}

export function addPart(form, scope, text) {
  const parts = form.querySelector(`[data-scope="${scope}"] [data-parts]`);
  const used = [...parts.querySelectorAll("[data-part]")].map((part) => Number(part.dataset.name.split("-").pop()));
  const index = used.length ? Math.max(...used) + 1 : 0;
  const html = document.getElementById("part-template").innerHTML;
  parts.insertAdjacentHTML("beforeend", html.replaceAll("__scope__", scope).replaceAll("__index__", String(index)));
  const part = parts.lastElementChild;
  part.querySelector("[data-text]").value = text;
  number(parts);
  return part;
}

function removePart(part, words, changed) {
  const parts = part.parentElement;
  if (parts.querySelectorAll("[data-part]").length === 1) return;
  takeOut(part, words, () => { number(parts); changed(); });
}

function number(parts) {
  const all = [...parts.querySelectorAll("[data-part]")];
  all.forEach((part, place) => {
    part.querySelector("[data-part-number]").textContent = all.length > 1 ? ` ${place + 1} / ${all.length}` : "";
    part.querySelector("[data-remove-part]").hidden = all.length === 1;
  });
}

function toggleOwn(form, box) {
  const scope = box.dataset.own;
  const holder = form.querySelector(`[data-scope="${scope}"]`);
  const parts = holder.querySelector("[data-parts]");
  const card = box.closest("[data-variant]");
  holder.hidden = !box.checked;
  card.querySelector("[data-follows-word]").textContent = box.checked ? card.dataset.own : card.dataset.follows;
  if (box.checked && !parts.children.length) copyBase(form, scope);
}

function copyBase(form, scope) {
  for (const base of form.querySelectorAll('[data-scope="base"] [data-part]')) {
    const part = addPart(form, scope, base.querySelector("[data-text]").value);
    const list = part.querySelector("[data-media-list]");
    for (const item of base.querySelectorAll("[data-media]")) list.append(renamed(item, base.dataset.name, part.dataset.name));
    const card = base.querySelector("[data-card]");
    if (card) part.querySelector("[data-card-slot]").append(renamed(card, base.dataset.name, part.dataset.name));
  }
}

function renamed(node, from, to) {
  const copy = node.cloneNode(true);
  for (const element of copy.querySelectorAll("[name], [id], [for], [aria-describedby], [value], [data-field-name]")) {
    for (const attribute of ["name", "id", "for", "aria-describedby", "value", "data-field-name"]) {
      const value = element.getAttribute(attribute);
      if (value) element.setAttribute(attribute, value.replaceAll(`${from}-`, `${to}-`));
    }
  }
  const originals = node.querySelectorAll("textarea, input:not([type=file])");
  copy.querySelectorAll("textarea, input:not([type=file])").forEach((field, place) => {
    field.value = originals[place].value;
    field.checked = originals[place].checked;
  });
  return copy;
}
