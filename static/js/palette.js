// The command palette: Ctrl+K or ⌘K opens it, words find places and posts, arrows choose, Enter opens.

const dialog = document.getElementById("palette");
const APPLE = /Mac|iPhone|iPad/.test(navigator.platform);
if (dialog) start(dialog);

function start(dialog) {
  const box = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  let asked = 0;
  let timer = 0;

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || event.altKey || event.shiftKey || !(APPLE ? event.metaKey : event.ctrlKey)) return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else open();
  });
  document.addEventListener("click", (event) => event.target.closest("[data-palette-open]") && open());
  box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 120); });
  box.addEventListener("keydown", keyed);

  function open() {
    if (document.querySelector("dialog[open]")) return;
    box.value = "";
    dialog.showModal();
    box.focus();
    look();
  }

  async function look() {
    const mine = ++asked;
    try {
      const answer = await fetch(`${dialog.dataset.palette}?q=${encodeURIComponent(box.value)}`);
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const html = await answer.text();
      if (mine !== asked) return; // a later question is on its way
      list.innerHTML = html;
    } catch {
      if (mine === asked) list.textContent = document.getElementById("words").dataset.network;
    }
    choose(0);
  }

  function options() { return [...list.querySelectorAll("a[role=option]")]; }

  function choose(index) {
    const all = options();
    all.forEach((option) => option.setAttribute("aria-selected", "false"));
    const chosen = all[(index + all.length) % all.length];
    box.setAttribute("aria-activedescendant", chosen ? chosen.id : "");
    if (!chosen) return;
    chosen.setAttribute("aria-selected", "true");
    chosen.scrollIntoView({ block: "nearest" });
  }

  function keyed(event) {
    const now = options().findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(now + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && now >= 0) {
      event.preventDefault();
      options()[now].click();
    }
  }
}
