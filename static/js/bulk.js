// Lists with boxes: how many are chosen, and all of a page at once. The buttons work without script too.

for (const form of document.querySelectorAll("[data-bulk]")) {
  const count = form.querySelector("[data-bulk-count]");
  const all = form.querySelector("[data-bulk-all]");
  const boxes = () => [...form.querySelectorAll('input[name="post"]')];
  const tell = () => {
    const chosen = boxes().filter((box) => box.checked).length;
    if (count) count.textContent = chosen === 0 ? "" : chosen === 1 ? count.dataset.one : count.dataset.many.replace("%s", chosen);
    if (all) {
      all.checked = chosen > 0 && chosen === boxes().length;
      all.indeterminate = chosen > 0 && !all.checked;
    }
  };
  form.addEventListener("change", (event) => {
    if (event.target === all) for (const box of boxes()) box.checked = all.checked;
    tell();
  });
  tell();
}
