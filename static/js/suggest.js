/* Suggestions below a text field while one types: arrow keys choose, Enter or Tab takes, Escape closes.
   `find(before)` gets the text before the cursor and answers null or {length, items: [{label, hint, text}]}:
   `length` signs before the cursor are replaced by the chosen `text`. */

let box = null; // the one open list: {field, list, items, length, at}
let made = 0;

export function suggest(root, selector, find, label) {
  root.addEventListener("input", (event) => {
    if (event.target.matches(selector)) show(event.target, find, label);
  }, true); // on the way down: a page may keep the event of a comment from its own form
  root.addEventListener("keydown", (event) => box && event.target === box.field && key(event), true);
  root.addEventListener("focusout", (event) => box && event.target === box.field && close());
}

async function show(field, find, label) {
  const before = field.value.slice(0, field.selectionStart);
  const found = field.selectionStart === field.selectionEnd ? await find(before, field) : null;
  if (field.value.slice(0, field.selectionStart) !== before) return;
  close();
  if (found?.items.length && document.activeElement === field) open(field, found, label);
}

function open(field, { items, length }, label) {
  const list = document.createElement("ul");
  list.className = "suggest";
  list.id = `suggest-${(made += 1)}`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", label);
  items.forEach((item, place) => list.append(line(item, place, list.id)));
  field.after(list);
  field.setAttribute("aria-controls", list.id);
  box = { field, list, items, length, at: -1 };
  mark(0);
}

function line(item, place, id) {
  const one = document.createElement("li");
  one.id = `${id}-${place}`;
  one.setAttribute("role", "option");
  const name = document.createElement("span");
  name.textContent = item.label;
  one.append(name);
  if (item.hint) {
    const hint = document.createElement("span");
    hint.className = "muted small";
    hint.textContent = item.hint;
    one.append(hint);
  }
  // Before the field loses the focus.
  one.addEventListener("pointerdown", (event) => { event.preventDefault(); take(place); });
  return one;
}

function mark(at) {
  const lines = [...box.list.children];
  box.at = (at + lines.length) % lines.length;
  lines.forEach((one, place) => one.setAttribute("aria-selected", String(place === box.at)));
  lines[box.at].scrollIntoView({ block: "nearest" });
  box.field.setAttribute("aria-activedescendant", lines[box.at].id);
}

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) mark(box.at + step);
  else if (event.key === "Enter" || event.key === "Tab") take(box.at);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function take(place) {
  const { field, items, length } = box;
  const end = field.selectionStart;
  close();
  field.setRangeText(items[place].text, end - length, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function close() {
  if (!box) return;
  box.list.remove();
  box.field.removeAttribute("aria-activedescendant");
  box.field.removeAttribute("aria-controls");
  box = null;
}
