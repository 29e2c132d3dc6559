/* The checks: a reason is no part of the draft, and "Show" leads to the very words. */
export function setUpChecks(form) {
  const room = form.querySelector("[data-checks]");
  if (!room) return;
  for (const name of ["input", "change"]) room.addEventListener(name, (event) => event.stopPropagation());
  form.addEventListener("click", (event) => {
    const show = event.target.closest("[data-check-show]");
    const ask = event.target.closest("[data-check-open]");
    if (show) { event.preventDefault(); select(form, show); }
    if (ask) { event.preventDefault(); open(document.getElementById(`check-${ask.dataset.checkOpen}`)); }
  });
}

function select(form, link) {
  const field = document.getElementById(link.hash.slice(1));
  if (!field) return;
  for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  field.focus();
  field.scrollIntoView({ block: "center" });
  const [start, end] = link.dataset.checkShow.split("-").map(Number);
  if (!field.setSelectionRange || field.type === "date" || end <= start) return;
  const signs = Array.from(field.value); // the server counts whole characters
  const length = (count) => signs.slice(0, count).join("").length;
  field.setSelectionRange(length(start), length(end));
}

function open(entry) {
  const fold = entry?.querySelector("details");
  if (!fold) return;
  fold.open = true;
  entry.closest("details").open = true;
  fold.scrollIntoView({ block: "center" });
  fold.querySelector("textarea").focus({ preventScroll: true });
}
