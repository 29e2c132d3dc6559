/* The words of a film, edited beside it: lines are added, split and deleted here, times are taken from the film. */
import { clock, seconds } from "./media_times.js";

const form = document.querySelector("[data-words-form]");
const list = form.querySelector("[data-words-lines]");
const film = document.querySelector("[data-words-film]");
const now = document.querySelector("[data-words-now]");
const LENGTH = 2; // seconds of a new line
let until = null;
let unsaved = false;

const field = (line, name) => line.querySelector(`[name="${name}"]`);
const lines = () => [...list.children];
const timesOf = (line) => [seconds(field(line, "start").value), seconds(field(line, "end").value)];
const current = () => document.activeElement?.closest("[data-words-line]");

function fresh(after, start, end, text = "") {
  const line = form.querySelector("[data-words-template]").content.firstElementChild.cloneNode(true);
  field(line, "start").value = clock(start);
  field(line, "end").value = clock(end);
  field(line, "text").value = text;
  if (after) after.after(line); else list.append(line);
  unsaved = true;
  return line;
}

function add(after) {
  const from = (after && timesOf(after)[1]) ?? film.currentTime;
  field(fresh(after, from, from + LENGTH), "text").focus();
}

function split(line) {
  const text = field(line, "text");
  const [start, end] = timesOf(line);
  const cursor = text.selectionStart > 0 && text.selectionStart < text.value.length ? text.selectionStart : middleOf(text.value);
  const [first, second] = [text.value.slice(0, cursor).trim(), text.value.slice(cursor).trim()];
  if (!first || !second || start === null || end === null || end <= start) return;
  const inside = film.currentTime > start && film.currentTime < end; // the film stands where the second half begins
  const middle = inside ? film.currentTime : start + ((end - start) * first.length) / (first.length + second.length);
  text.value = first;
  field(line, "end").value = clock(middle);
  field(fresh(line, middle, end, second), "text").focus();
}

function middleOf(text) {
  const half = text.length / 2;
  const gaps = [...text.matchAll(/\s+/g)].map((gap) => gap.index);
  return gaps.sort((a, b) => Math.abs(a - half) - Math.abs(b - half))[0] ?? 0;
}

function remove(line) {
  const near = line.nextElementSibling || line.previousElementSibling;
  line.remove();
  unsaved = true;
  (near ? field(near, "text") : form.querySelector("[data-words-add]")).focus();
}

function hear(line) {
  const [start, end] = timesOf(line);
  if (start === null) return;
  film.currentTime = start;
  until = end;
  film.play();
}

const playOrStop = () => { until = null; if (film.paused) film.play(); else film.pause(); };
const back = () => { film.currentTime = Math.max(0, film.currentTime - 2); };
const take = (name) => { const line = current(); if (line) { field(line, name).value = clock(film.currentTime); unsaved = true; show(); } };

function show() {
  const at = film.currentTime;
  let said = "";
  for (const line of lines()) {
    const [start, end] = timesOf(line);
    const shown = start !== null && end !== null && start <= at && at < end;
    line.toggleAttribute("data-now", shown);
    if (shown) said = field(line, "text").value;
  }
  now.textContent = said;
}

film.addEventListener("timeupdate", () => {
  if (until !== null && film.currentTime >= until) { film.pause(); until = null; }
  show();
});
form.addEventListener("input", () => { unsaved = true; show(); });
form.addEventListener("submit", () => { unsaved = false; });
addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const line = button?.closest("[data-words-line]");
  const act = button && [["wordsSplit", split], ["wordsAfter", add], ["wordsRemove", remove], ["wordsHear", hear]].find(([name]) => name in button.dataset);
  if (act && line) { event.preventDefault(); act[1](line); show(); }
  if (button && "wordsAdd" in button.dataset) { event.preventDefault(); add(list.lastElementChild); }
});
document.querySelector("[data-words-play]").addEventListener("click", playOrStop);
document.querySelector("[data-words-back]").addEventListener("click", back);
document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey) return;
  const act = { KeyP: playOrStop, KeyB: back, KeyS: () => take("start"), KeyE: () => take("end"), KeyN: () => add(current() || list.lastElementChild) }[event.code];
  if (act) { event.preventDefault(); act(); }
});
