// The calendar by hand and by key. Posts are dragged to another square, or moved by "Move to…" (m) and Shift with the
// arrows; every way ends in the same form, so that the server has the last word and one undo serves all.

const board = document.querySelector("[data-calendar]");
const dialog = document.getElementById("move-dialog");
const form = document.querySelector("[data-move-form]");
const status = document.querySelector("[data-calendar-status]");
const KEPT = "calendar-focus";

const shown = (element) => element.getClientRects().length > 0;
const squares = () => [...board.querySelectorAll("[data-square]")].filter(shown);
const stopsIn = (square) => [...square.querySelectorAll("[data-stop]")].filter(shown);
const entryOf = (element) => element?.closest?.("[data-entry]");

// --- moving ------------------------------------------------------------------

function move(entry, to) {
  if (!entry?.dataset.version || !to || to === entry.dataset.wall) return;
  keep(entry);
  form.action = entry.querySelector("[data-move]").href.split("?")[0];
  form.elements.to.value = to;
  form.elements.was.value = entry.dataset.at;
  form.elements.version.value = entry.dataset.version;
  const words = { confirm: "confirmTitle", confirmText: "confirmWords", confirmYes: "confirmButton" };
  for (const [name, from] of Object.entries(words)) {
    if ("approved" in entry.dataset) form.dataset[name] = form.dataset[from];
    else delete form.dataset[name];
  }
  form.requestSubmit();
}

// Wall times are counted as if in UTC: no zone of the browser's comes in.
const shifted = (wall, minutes) => new Date(Date.parse(`${wall}Z`) + minutes * 60000).toISOString().slice(0, 16);

// A square of a month is a day and keeps the time; one of an hour keeps the minutes.
const into = (square, wall) =>
  square.length > 10 ? `${square.slice(0, 14)}${wall.slice(14)}` : `${square}T${wall.slice(11)}`;

// The page that comes back puts the focus on the post again.
function keep(entry) {
  if (entry) sessionStorage.setItem(KEPT, JSON.stringify({ post: entry.dataset.entry, top: scrollY }));
}

dialog?.addEventListener("submit", () => keep(board.querySelector("[data-moving]")));
dialog?.addEventListener("close", () => board.querySelector("[data-moving]")?.removeAttribute("data-moving"));

async function openMove(link) {
  const body = dialog.querySelector("[data-move-body]");
  try {
    const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    body.innerHTML = await answer.text();
  } catch {
    document.dispatchEvent(new CustomEvent("toast", { detail: { text: status.dataset.failed, level: "error" } }));
    return;
  }
  entryOf(link)?.setAttribute("data-moving", "");
  dialog.showModal();
  body.querySelector("button, input:not([type=hidden])")?.focus();
}

// --- by pointer --------------------------------------------------------------

let held = null;

function mark(square) {
  board.querySelectorAll("[data-over]").forEach((other) => other !== square && other.removeAttribute("data-over"));
  square?.setAttribute("data-over", "");
}

function arm() {
  for (const entry of board.querySelectorAll("[data-version]")) {
    entry.draggable = true;
    for (const link of entry.querySelectorAll("a")) link.draggable = false;
  }
}

board?.addEventListener("dragstart", (event) => {
  held = entryOf(event.target);
  if (!held?.dataset.version) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", held.querySelector(".calendar-title").textContent);
  held.setAttribute("data-held", "");
});
board?.addEventListener("dragover", (event) => {
  const square = event.target.closest("[data-square]");
  const open = held && square && "open" in square.dataset ? square : null;
  mark(open);
  if (open) event.preventDefault();
});
board?.addEventListener("drop", (event) => {
  const square = event.target.closest("[data-open]");
  if (!held || !square) return;
  event.preventDefault();
  move(held, into(square.dataset.square, held.dataset.wall));
});
board?.addEventListener("dragend", () => {
  held?.removeAttribute("data-held");
  held = null;
  mark(null);
});
// An empty place of a square is where a new post begins.
board?.addEventListener("click", (event) => {
  const link = event.target.closest("[data-move]");
  if (link && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    openMove(link);
  } else if (event.target.matches("td[data-open], td[data-open] > ul, .calendar-head")) {
    event.target.closest("td").querySelector(".calendar-add")?.click();
  }
});

// --- by key ------------------------------------------------------------------

const SIDEWAYS = { ArrowLeft: -1, ArrowRight: 1 };
const UPRIGHT = { ArrowUp: -1, ArrowDown: 1 };

function rove(stop) {
  if (!stop) return;
  board.querySelectorAll("[data-stop]").forEach((other) => (other.tabIndex = other === stop ? 0 : -1));
  stop.focus();
}

function square(from, key) {
  const row = from.parentElement;
  const place = [...row.children].indexOf(from);
  if (key in SIDEWAYS) {
    const all = squares();
    return all[all.indexOf(from) + SIDEWAYS[key]];
  }
  let next = row;
  while ((next = UPRIGHT[key] > 0 ? next.nextElementSibling : next.previousElementSibling)) {
    const found = next.children[place];
    if (found && stopsIn(found).length) return found;
  }
  return null;
}

function walk(stop, key) {
  const here = stop.closest("[data-square]");
  const stops = here ? stopsIn(here) : [];
  const inside = key in UPRIGHT ? stops[stops.indexOf(stop) + UPRIGHT[key]] : null;
  if (!here || inside) return inside;
  const next = square(here, key);
  const there = next ? stopsIn(next) : [];
  return there.find((other) => entryOf(other)) ?? there[0];
}

const MINUTES = { ArrowLeft: -1440, ArrowRight: 1440, ArrowUp: -60, ArrowDown: 60 };

function keyed(event) {
  const stop = event.target.closest("[data-stop]");
  if (!stop || event.ctrlKey || event.metaKey || event.altKey || !(event.key in MINUTES)) return;
  if (!stop.closest("[data-square]") && !entryOf(stop)) return;
  event.preventDefault();
  if (!event.shiftKey) return rove(walk(stop, event.key));
  const entry = entryOf(stop);
  const days = board.classList.contains("calendar-month") && event.key in UPRIGHT ? 7 * 1440 * UPRIGHT[event.key] : 0;
  if (entry) move(entry, shifted(entry.dataset.wall, days || MINUTES[event.key]));
}
board?.addEventListener("keydown", keyed);
board?.addEventListener("keydown", (event) => {
  const link = event.key === "m" && !event.ctrlKey && !event.metaKey && entryOf(event.target)?.querySelector("[data-move]");
  if (!link || document.body.dataset.shortcuts !== "on") return;
  event.preventDefault();
  openMove(link);
});

// --- the page as it opens ------------------------------------------------------

function back() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  sessionStorage.removeItem(KEPT);
  if (!kept) return;
  scrollTo(0, kept.top);
  const entry = [...board.querySelectorAll(`[data-entry="${CSS.escape(kept.post)}"]`)].find(shown);
  rove(entry?.querySelector("[data-stop]"));
}

if (board) {
  arm();
  // One stop of the grid is reached by Tab, the others by the arrows.
  const grid = [...board.querySelectorAll("table [data-stop]")].filter(shown);
  if (grid.length) {
    const first = board.querySelector('[aria-current="date"] [data-stop]') ?? grid[0];
    grid.forEach((stop) => (stop.tabIndex = stop === first ? 0 : -1));
    board.addEventListener("focusin", (event) => {
      const stop = event.target.closest("table [data-stop]");
      if (stop) grid.forEach((other) => (other.tabIndex = other === stop ? 0 : -1));
    });
  }
  back();
}
document.addEventListener("click", (event) => event.target.closest("[data-print]") && print());
