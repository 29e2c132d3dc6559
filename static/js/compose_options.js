/* Choices of a platform that have a meaning only beside another one are shown only beside it. */

export function setUpOptions(form) {
  const show = (card) => {
    for (const field of card.querySelectorAll("[data-only]")) field.hidden = !meant(card, field);
  };
  form.addEventListener("change", (event) => {
    const card = event.target.closest("[data-variant]");
    if (card) show(card);
  });
  form.querySelectorAll("[data-variant]").forEach(show);
}

function meant(card, field) {
  const value = valueOf(card, field.dataset.only);
  return field.dataset.onlyValues.split(",").includes(value);
}

/* The value of an option of the channel this card is of; a box that is ticked or not is "True" or "False". */
export function valueOf(card, name) {
  const scope = `v${card.dataset.variant}`;
  const field = card.querySelector(`[name="${scope}-option-${name}"]`);
  if (field) return field.value;
  const box = card.querySelector(`[name="${scope}-flag-${name}"]`);
  return box?.checked ? "True" : "False";
}
