// Shows the values under the pointer on server-drawn charts. Keyboards and screen readers have the table below.

function tip(figure) {
  let box = figure.querySelector(".chart-tip");
  if (!box) {
    box = document.createElement("div");
    box.className = "chart-tip";
    box.setAttribute("aria-hidden", "true");
    box.hidden = true;
    figure.append(box);
  }
  return box;
}

document.addEventListener("pointermove", (event) => {
  const strip = event.target.closest?.("[data-tip]");
  const figure = strip?.closest("[data-chart]");
  if (!figure) return;
  const box = tip(figure);
  box.textContent = strip.dataset.tip;
  box.hidden = false;
  const frame = figure.getBoundingClientRect();
  const left = Math.min(Math.max(event.clientX - frame.left + 12, 0), frame.width - box.offsetWidth);
  box.style.left = `${left}px`;
  box.style.top = `${event.clientY - frame.top - box.offsetHeight - 12}px`;
});

document.addEventListener("pointerout", (event) => {
  const figure = event.target.closest?.("[data-chart]");
  if (figure && !event.relatedTarget?.closest?.("[data-tip]")) tip(figure).hidden = true;
});
