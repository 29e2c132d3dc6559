/* Beside the text: typing a comment is no change of the post, and a button that leaves waits for the words to arrive. */
import "./talk.js";

export function setUpBeside(form) {
  const beside = form.querySelector("[data-beside]");
  for (const name of ["input", "change"]) {
    form.addEventListener(name, (event) => beside.contains(event.target) && event.stopImmediatePropagation());
  }
}
