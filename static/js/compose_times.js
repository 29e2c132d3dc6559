/* When a post leaves: touching a day is choosing one, and a proposed time fills the fields without leaving the page. */

export function setUpTimes(form, changed) {
  const at = form.querySelector('input[name="when"][value="at"]');
  // A browser that cannot hide the fields while no day is wanted shows them: then touching one is the choice.
  form.querySelector("[data-when-at]").addEventListener("input", () => { at.checked = true; });
  form.addEventListener("click", (event) => {
    const one = event.target.closest("[data-time]");
    const each = event.target.closest("[data-times]");
    if (!one && !each) return;
    event.preventDefault();
    at.checked = true;
    take(form, one ? { "": one.dataset.time } : inOrder(JSON.parse(each.dataset.times)));
    form.elements.date.focus({ preventScroll: true });
    changed();
  });
}

// The earliest is the post's own time, the others are those of their channels.
function inOrder(walls) {
  const first = Object.values(walls).sort()[0];
  const own = Object.entries(walls).filter(([, wall]) => wall !== first);
  return { "": first, ...Object.fromEntries(own) };
}

function take(form, walls) {
  put(form, "", walls[""]);
  for (const row of form.querySelectorAll("[data-times-row]")) put(form, `v${row.dataset.timesRow}-`, walls[row.dataset.timesRow] || "");
  const fold = form.querySelector(".compose-own");
  if (fold && Object.keys(walls).length > 1) fold.open = true;
}

function put(form, scope, wall) {
  const [day, clock] = wall.split("T");
  form.elements[`${scope}date`].value = day || "";
  form.elements[`${scope}time`].value = clock || "";
}
