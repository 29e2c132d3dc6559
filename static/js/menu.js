// Menus are <details data-menu>: they open without script. Here they also close on Escape, on a press outside and
// when the focus leaves, and the arrow keys walk through them.

const items = (menu) => [...menu.querySelectorAll(".menu-panel :is(a, button):not(:disabled)")].filter((item) => item.offsetParent);

function close(menu, refocus) {
  menu.open = false;
  if (refocus) menu.querySelector("summary").focus();
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) close(menu, false);
  }
});

document.addEventListener("focusin", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) close(menu, false);
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-menu]");
  if (!menu) return;
  if (event.key === "Escape" && menu.open) {
    event.stopPropagation();
    close(menu, true);
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  menu.open = true;
  const list = items(menu);
  const at = list.indexOf(document.activeElement);
  list[(at + step + list.length) % list.length]?.focus();
});
