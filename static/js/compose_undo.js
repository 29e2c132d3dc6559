/* Taking something out of the post: where words go with it, a line in its place brings it back. */

export function takeOut(node, words, changed) {
  if (!hasWords(node)) {
    const near = node.previousElementSibling || node.nextElementSibling;
    node.remove();
    near?.querySelector("textarea, input, button")?.focus();
    changed();
    return;
  }
  const line = document.createElement(node.matches("li") ? "li" : "p");
  const undo = document.createElement("button");
  line.className = "compose-removed small muted";
  undo.type = "button";
  undo.className = "button button-small";
  undo.textContent = words.bringBack;
  line.append(`${words.takenOut} `, undo);
  node.replaceWith(line);
  undo.addEventListener("click", () => {
    line.replaceWith(node);
    node.querySelector("textarea, input:not([type=hidden])")?.focus();
    changed();
  });
  undo.focus();
  changed();
}

function hasWords(node) {
  return [...node.querySelectorAll("textarea, input[type=text]")].some((field) => field.value.trim());
}
