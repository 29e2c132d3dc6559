// Asks before a destructive act: <form data-confirm="Delete this post?" data-confirm-text="What is lost"
// data-confirm-yes="Delete" data-confirm-tone="danger">, also on a single submit button and on htmx elements.
// Without script the form is sent as it is; the server still offers undo or asks on a page of its own.

let allowed = null;

function ask(source) {
  const dialog = document.getElementById("confirm-template").content.firstElementChild.cloneNode(true);
  dialog.querySelector("h2").textContent = source.dataset.confirm;
  const text = dialog.querySelector("[data-confirm-text]");
  text.textContent = source.dataset.confirmText ?? "";
  if (!text.textContent) text.parentElement.remove();
  const yes = dialog.querySelector("[data-confirm-yes]");
  if (source.dataset.confirmYes) yes.textContent = source.dataset.confirmYes;
  if (source.dataset.confirmTone === "danger") yes.className = "button button-danger-solid";
  document.body.append(dialog);
  return new Promise((resolve) => {
    yes.addEventListener("click", () => dialog.close("yes"));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
  });
}

const sourceOf = (form, submitter) => (submitter?.dataset.confirm ? submitter : form.dataset.confirm ? form : null);

// Capturing, so that the question comes before the double-submit guard and htmx.
document.addEventListener(
  "submit",
  async (event) => {
    const { target: form, submitter } = event;
    const source = sourceOf(form, submitter);
    if (!source || allowed === form) {
      allowed = null;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (await ask(source)) {
      allowed = form;
      form.requestSubmit(submitter ?? undefined);
      allowed = null;
    }
  },
  true,
);

document.addEventListener("htmx:confirm", async (event) => {
  const source = event.detail.elt;
  if (!source.dataset.confirm || source.tagName === "FORM" || source.type === "submit") return;
  event.preventDefault();
  if (await ask(source)) event.detail.issueRequest(true);
});
