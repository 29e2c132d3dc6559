// Keys: "?" lists them, "g" then a letter goes to a place, data-shortcut="x" presses or focuses its element.
// "mod+s" is Ctrl or Command with the letter: it works while one types, too.
// Single keys can be switched off by the person (WCAG 2.1.4): data-shortcuts="off" on <body>.

const sheet = document.getElementById("shortcuts");
const enabled = document.body.dataset.shortcuts === "on";
let waitingForPlace = 0;

const APPLE = /Mac|iPhone|iPad/.test(navigator.platform);
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]") != null;
const visible = (element) => element.offsetParent !== null || element.getClientRects().length > 0;

function row(label, keys) {
  const term = document.createElement("dt");
  term.textContent = label;
  const value = document.createElement("dd");
  keys.forEach((key, index) => {
    if (index) value.append(" ");
    const cap = document.createElement("kbd");
    cap.textContent = key.replace("mod+", APPLE ? "⌘" : "Ctrl+");
    value.append(cap);
  });
  return [term, value];
}

function open() {
  const list = sheet.querySelector("[data-shortcut-list]");
  list.querySelectorAll("[data-made]").forEach((made) => made.remove());
  const rows = [];
  for (const element of document.querySelectorAll("[data-shortcut]")) {
    const label = element.dataset.shortcutLabel || element.getAttribute("aria-label") || element.textContent.trim();
    rows.push(...row(label, element.dataset.shortcut.split(" ")));
  }
  for (const link of document.querySelectorAll("[data-go]")) {
    rows.push(...row(link.querySelector("span")?.textContent ?? link.textContent.trim(), ["g", link.dataset.go]));
  }
  rows.forEach((made) => made.setAttribute("data-made", ""));
  list.append(...rows);
  if (!sheet.open) sheet.showModal();
}

function press(element) {
  if (element.matches("input, textarea, select")) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
}

function wanted(key) {
  return [...document.querySelectorAll("[data-shortcut]")].find((element) => element.dataset.shortcut === key && visible(element) && !element.disabled);
}

// With a modifier: no single key, so it is not switched off with those.
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.shiftKey || !(APPLE ? event.metaKey : event.ctrlKey)) return;
  const element = document.querySelector("dialog[open]") ? null : wanted(`mod+${event.key}`);
  if (element) {
    event.preventDefault();
    press(element);
  }
});

document.addEventListener("keydown", (event) => {
  if (!enabled || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (Date.now() - waitingForPlace < 1500) {
    waitingForPlace = 0;
    const place = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (place) {
      event.preventDefault();
      place.click();
      return;
    }
  }
  if (event.key === "?") {
    event.preventDefault();
    open();
  } else if (event.key === "g") {
    waitingForPlace = Date.now();
  } else {
    const element = wanted(event.key);
    if (element) {
      event.preventDefault();
      press(element);
    }
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-shortcuts-open]")) open();
});
