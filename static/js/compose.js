/* The composer: saves while one writes, shows counts, problems and previews, and loses nothing.
   Everything here sits on top of a form that works without it. */
import { setUpMedia } from "./compose_media.js";
import { setUpParts } from "./compose_parts.js";
import { setUpCounts } from "./compose_counts.js";
import { setUpOptions } from "./compose_options.js";
import { setUpLanguages } from "./compose_languages.js";
import "./preview_theme.js";
import { setUpChecks } from "./compose_checks.js";
import { setUpCutting } from "./compose_crop.js";
import { setUpKit } from "./compose_kit.js";
import { setUpBeside } from "./compose_beside.js";
import { setUpTimes } from "./compose_times.js";
import { makeSaver } from "./compose_save.js";

const form = document.querySelector("[data-compose]");
if (form) start(form);

function start(form) {
  const words = JSON.parse(document.getElementById("compose-words").textContent);
  const saver = makeSaver(form, words);
  setUpParts(form, words, saver.changed);
  setUpMedia(form, words, saver.changed);
  setUpCutting(form, words, saver.changed);
  setUpOptions(form);
  setUpCounts(form, words);
  setUpLanguages(form, words);
  setUpChecks(form);
  setUpKit(form, words);
  setUpBeside(form);
  setUpChannels(form);
  setUpTimes(form, saver.changed);
  setUpUnit(form);
  form.addEventListener("input", saver.changed);
  form.addEventListener("change", saver.changed);
  form.addEventListener("click", saver.clicked);
  form.addEventListener("submit", saver.submitting);
  window.addEventListener("beforeunload", saver.warn);
  document.addEventListener("visibilitychange", saver.seen);
  window.addEventListener("focus", saver.seen);
  // A page the browser kept for "back" has stopped saving and shows what was: ask for what is.
  window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
  saver.offerRestore();
  if ("unsaved" in form.dataset || [...form.elements].some(touched)) saver.changed();
}

// Somebody may have typed before this script had come, and a browser may fill a form again after a reload.
function touched(field) {
  if (field.type === "hidden" || field.type === "file") return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) return [...field.options].some((option) => option.defaultSelected && !option.selected);
  return "defaultValue" in field && field.value !== field.defaultValue;
}

function setUpChannels(form) {
  const none = form.querySelector("[data-no-channels]");
  const show = () => {
    const chosen = new Set([...form.querySelectorAll("[data-channel-pick]:checked")].map((box) => box.value));
    for (const card of form.querySelectorAll("[data-variant]")) card.hidden = !chosen.has(card.dataset.variant);
    for (const row of form.querySelectorAll("[data-times-row]")) row.hidden = !chosen.has(row.dataset.timesRow);
    if (none) none.hidden = chosen.size > 0;
  };
  form.addEventListener("change", (event) => event.target.matches("[data-channel-pick]") && show());
  show();
}

// Another unit has other channels: the page is asked for again, with the words on it.
function setUpUnit(form) {
  const unit = form.elements.unit;
  if (unit.type === "hidden") return;
  unit.addEventListener("input", (event) => {
    event.stopPropagation();
    const here = new URL(location.href);
    here.searchParams.set("unit", unit.value);
    const written = [...form.querySelectorAll("textarea, [data-field=media]")].some((field) => field.value.trim());
    if (written) form.requestSubmit(form.querySelector('button[name="do"][value="unit"]'));
    else location.assign(here);
  });
  unit.addEventListener("change", (event) => event.stopPropagation());
}
