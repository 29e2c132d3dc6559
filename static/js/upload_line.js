/* A line that shows one file on its way: how far it is, what went wrong, a way to stop it and to go on. */
import { bring, kindOf, tooLarge } from "./compose_upload.js";

/* Fills `line` (an element in the page) and sends the file. Ends with one of done(asset), failed(), dropped(). */
export function bringWithLine(form, words, file, line, { done, failed, dropped }) {
  const bar = document.createElement("progress");
  const label = document.createElement("span");
  const acts = document.createElement("span");
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  label.textContent = file.name;
  acts.className = "upload-acts";
  line.replaceChildren(bar, label, acts);
  const button = (word, act) => {
    const made = document.createElement("button");
    Object.assign(made, { type: "button", className: "button button-small button-quiet", textContent: word });
    made.setAttribute("aria-label", `${word}: ${file.name}`);
    made.addEventListener("click", act);
    return made;
  };
  const fail = (sentence) => {
    bar.remove();
    acts.remove();
    label.textContent = sentence;
    label.dataset.failed = "";
    failed();
  };
  const why = tooLarge(file, words);
  if (why) { fail(`${file.name}: ${why}`); return; }
  let way = null;
  const cancel = button(words.cancel, () => way.cancel());
  const goOn = button(words.goOn, () => { label.textContent = file.name; acts.replaceChildren(cancel); way.goOn(); cancel.focus(); });
  acts.append(cancel);
  way = bring(form, words, file, {
    told(share) {
      bar.value = share * 100;
      label.textContent = file.name;
      if (share < 1 || kindOf(file) === "image") return;
      bar.removeAttribute("value"); // a film is read for a while after it has arrived
      label.textContent = `${file.name}: ${words.looking}`;
      acts.replaceChildren();
    },
    waiting() { label.textContent = `${file.name}: ${words.uploadWaiting}`; },
    stopped() { label.textContent = `${file.name}: ${words.uploadStopped}`; acts.replaceChildren(goOn, cancel); },
    done(asset) { acts.replaceChildren(); done(asset); },
    failed: fail,
    dropped() { line.remove(); dropped(); },
  });
}
