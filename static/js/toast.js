// Short messages at the edge of the window. Sources: Django messages already on the page, the "toasts" event of
// the HX-Trigger header, and "toast" events from other modules. Good news leaves after a while, bad news stays.

const region = document.getElementById("toasts");
const LINGER = 8000;
const UNDO_LINGER = 12000;

function build({ text, level = "success", undo = "" }) {
  const toast = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  toast.className = `toast toast-${level}`;
  toast.dataset.toast = level;
  toast.querySelector(".toast-text").textContent = text;
  const icon = document.getElementById("toast-icons").content.querySelector(`[data-icon="${level}"] svg`);
  if (icon) toast.querySelector("svg").replaceWith(icon.cloneNode(true));
  if (undo) {
    const form = document.getElementById("undo-template").content.firstElementChild.cloneNode(true);
    form.action = undo;
    toast.querySelector("[data-toast-close]").before(form);
  }
  return toast;
}

// The clock stands still while somebody points at the message or has the focus in it.
function arm(toast) {
  if (toast.dataset.toast === "error" || toast.dataset.toast === "warning") return;
  let timer;
  const start = () => {
    clearTimeout(timer);
    timer = setTimeout(() => toast.remove(), toast.querySelector("form") ? UNDO_LINGER : LINGER);
  };
  const stop = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", stop);
  toast.addEventListener("focusin", stop);
  toast.addEventListener("pointerleave", start);
  toast.addEventListener("focusout", start);
  start();
}

function show(item) {
  if (!region || !item?.text) return;
  const toast = build(item);
  region.append(toast);
  arm(toast);
}

if (region) {
  region.querySelectorAll("[data-toast]").forEach(arm);
  region.addEventListener("click", (event) => event.target.closest("[data-toast-close]")?.closest("[data-toast]").remove());
}
document.addEventListener("toast", (event) => show(event.detail));
document.addEventListener("toasts", (event) => (event.detail.items ?? []).forEach(show));
