// A choice in a filter bar applies at once; typing applies on Enter or the button. Empty names stay out of the address.

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-filters]");
  if (form && !("fold" in event.target.dataset) && event.target.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) form.requestSubmit();
});

document.addEventListener("formdata", (event) => {
  if (!event.target.matches("form[data-filters]")) return;
  for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
});
