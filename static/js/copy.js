// <button data-copy="text">: puts the text on the clipboard and says so in the button.

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // no clipboard outside of a secure connection: the text can be selected by hand
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const done = await copy(button.dataset.copy);
  const label = button.querySelector("[data-copy-label]");
  if (!done) {
    button.closest(".copy")?.querySelector("code")?.focus();
    getSelection().selectAllChildren(button.closest(".copy")?.querySelector("code") ?? button);
    return;
  }
  document.dispatchEvent(new CustomEvent("toast", { detail: { text: document.getElementById("words").dataset.copied, level: "success" } }));
  if (!label) return;
  const before = label.textContent;
  label.textContent = label.dataset.copied;
  setTimeout(() => (label.textContent = before), 2000);
});
