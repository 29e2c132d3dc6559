// Joins htmx to the page: CSRF proof on every request, words when a request fails, the theme without a reload.

import { hold } from "./focus.js";

const words = document.getElementById("words")?.dataset ?? {};

function say(text, level) {
  document.dispatchEvent(new CustomEvent("toast", { detail: { text, level } }));
}

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token) event.detail.headers["X-CSRFToken"] = token;
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, shouldSwap } = event.detail;
  if (!shouldSwap) return;
  const back = hold(target);
  const now = () => (target.isConnected ? target : document.getElementById(target.id));
  document.addEventListener("htmx:afterSettle", () => now() && back(now()), { once: true });
});
document.addEventListener("htmx:sendError", () => say(words.network, "error"));
document.addEventListener("htmx:timeout", () => say(words.network, "error"));
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  say(status === 403 ? words.forbidden : words.server, "error");
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-theme-form]") || !event.submitter) return;
  event.preventDefault();
  const theme = event.submitter.value;
  document.documentElement.dataset.theme = theme;
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === theme));
  const body = new FormData(form, event.submitter);
  try {
    await fetch(form.action, { method: "POST", body, headers: { "X-Theme": "1" } });
  } catch {
    say(words.network, "error");
  }
});
