/* Whether previews are light or dark: a habit of this browser, no part of the post. */

const KEY = "preview-theme";

for (const box of document.querySelectorAll("[data-preview-theme]")) {
  const kept = box.querySelector(`[value="${localStorage.getItem(KEY) || ""}"]`);
  if (kept) kept.checked = true;
  for (const kind of ["input", "change"]) box.addEventListener(kind, (event) => event.stopPropagation());
  box.addEventListener("change", (event) => localStorage.setItem(KEY, event.target.value));
}
