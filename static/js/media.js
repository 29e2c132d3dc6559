/* The media library: files by button, drop and paste with their progress; choosing many; turning and cutting. */
import { setUpCrop } from "./crop.js";
import { clock, seconds } from "./media_times.js";
import { bringWithLine } from "./upload_line.js";

const adding = document.querySelector("[data-media-add]");
if (adding) setUpAdding(adding);
const many = document.querySelector("[data-media-many]");
if (many) setUpMany(many);
for (const form of document.querySelectorAll("[data-crop]")) setUpCrop(form);
const still = document.querySelector("[data-still]");
if (still) setUpStill(still, document.querySelector("[data-still-film]"));

function setUpAdding(form) {
  const words = JSON.parse(document.getElementById("media-words").textContent);
  const list = form.querySelector("[data-media-arriving]");
  const waiting = [];
  let running = 0;
  let failed = 0;

  const next = () => {
    while (running < 2 && waiting.length) { running += 1; start(...waiting.shift()); }
    if (running || !list.children.length && !failed) return;
    if (failed) form.querySelector("[data-media-arrived]").hidden = false;
    else location.assign(form.dataset.one);
  };
  const add = (files) => {
    for (const file of files) {
      const line = document.createElement("li");
      line.textContent = file.name;
      list.append(line);
      waiting.push([file, line]);
    }
    next();
  };
  const start = (file, line) => bringWithLine(form, words, file, line, {
    done() { running -= 1; line.querySelector("progress").value = 100; line.querySelector("span").textContent = `${file.name} ✓`; next(); },
    failed() { failed += 1; running -= 1; next(); },
    dropped() { running -= 1; next(); },
  });

  form.addEventListener("change", (event) => {
    if (!event.target.matches("[data-media-files]")) return;
    add(event.target.files);
    event.target.value = "";
  });
  document.addEventListener("paste", (event) => { if (event.clipboardData?.files.length) { event.preventDefault(); add(event.clipboardData.files); } });
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    form.dataset.mediaOver = "";
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) delete form.dataset.mediaOver; });
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    delete form.dataset.mediaOver;
    add(event.dataTransfer.files);
  });
}

function setUpMany(form) {
  const bar = form.querySelector(".media-bulk");
  if (!bar) return;
  const ticks = [...form.querySelectorAll("[data-media-tick]")];
  const all = bar.querySelector("[data-media-all]");
  const count = bar.querySelector("[data-media-count]");
  let last = null;
  const show = () => {
    const chosen = ticks.filter((tick) => tick.checked).length;
    bar.toggleAttribute("data-some", chosen > 0);
    all.checked = chosen === ticks.length;
    all.indeterminate = chosen > 0 && chosen < ticks.length;
    count.textContent = chosen ? count.dataset.some.replace("%s", chosen) : count.dataset.none;
  };
  all.addEventListener("change", () => { for (const tick of ticks) tick.checked = all.checked; show(); });
  form.addEventListener("click", (event) => {
    const tick = event.target.closest("[data-media-tick]");
    if (!tick) return;
    if (event.shiftKey && last) { // from the one chosen before to this one
      const [from, to] = [ticks.indexOf(last), ticks.indexOf(tick)].sort((a, b) => a - b);
      for (const between of ticks.slice(from, to + 1)) between.checked = tick.checked;
    }
    last = tick;
    show();
  });
  form.addEventListener("keydown", (event) => { // Enter in the field of tags tags; it never moves or throws away
    if (event.key !== "Enter" || !event.target.matches("input[name=tags], input[name=new_folder], input[name=consent]")) return;
    event.preventDefault();
    event.target.closest(".row").querySelector("button").click();
  });
  show();
}

/* The moment of the still picture and the film follow each other. */
function setUpStill(form, film) {
  const field = form.elements.second;
  film.addEventListener("timeupdate", () => { if (document.activeElement !== field) field.value = clock(film.currentTime); });
  field.addEventListener("change", () => { const at = seconds(field.value); if (at !== null) film.currentTime = at; });
  form.addEventListener("click", (event) => {
    const step = event.target.closest("[data-still-step]");
    if (!step) return;
    film.pause();
    const at = Math.min(film.duration || 0, Math.max(0, film.currentTime + Number(step.dataset.stillStep) / Number(step.dataset.fps)));
    film.currentTime = at;
    field.value = clock(at);
  });
}
