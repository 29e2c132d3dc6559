// A form is sent once: its button shows that work is under way and a second press does nothing.
// A page that comes back from the browser's memory is ready again.

const busy = new Set();

function start(form, button) {
  busy.add(form);
  if (button) {
    button.setAttribute("aria-busy", "true");
    button.dataset.wasBusy = "";
  }
}

function stop(form) {
  busy.delete(form);
  form.querySelectorAll("[data-was-busy]").forEach((button) => {
    button.removeAttribute("aria-busy");
    delete button.dataset.wasBusy;
  });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.hasAttribute("data-many")) return;
  if (busy.has(form)) {
    event.preventDefault();
    return;
  }
  const opensElsewhere = form.target === "_blank";
  if (!opensElsewhere && !form.matches("[hx-get], [hx-post], [hx-put], [hx-patch], [hx-delete]")) start(form, event.submitter);
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, requestConfig } = event.detail;
  const button = requestConfig.triggeringEvent?.submitter ?? (elt.matches("button") ? elt : null);
  button?.setAttribute("aria-busy", "true");
  elt.addEventListener("htmx:afterRequest", () => button?.removeAttribute("aria-busy"), { once: true });
});

window.addEventListener("pageshow", (event) => {
  if (event.persisted) [...busy].forEach(stop);
});
