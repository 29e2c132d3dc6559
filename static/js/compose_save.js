/* One save at a time; what is typed meanwhile waits for the next. The browser keeps a copy until the server has it,
   and nobody leaves this page by its own buttons before the words on it have arrived. */
import { hold } from "./focus.js";
import { bringBack, drop, makeCopy, prune, wordsOf } from "./compose_copy.js";

const SOON = 700; // milliseconds after the last key
const PATIENCE = 30_000; // for one answer
const AGAIN = [5_000, 10_000, 20_000, 60_000]; // between tries that fail

export function makeSaver(form, words) {
  const status = form.querySelector("[data-status]");
  const copy = makeCopy(form);
  let typed = 0; // changes on this page, counted
  let arrived = 0; // those the server has
  let timer = 0;
  let failures = 0;
  let underway = null; // the save that is on its way
  let trouble = ""; // why the last one did not arrive: conflict, signedOut, or a sentence was said
  let leaving = ""; // waiting: for the last save; gone: the form is sent

  const say = (text, state) => { status.textContent = text; status.dataset.state = state; };
  const later = (wait) => { clearTimeout(timer); timer = setTimeout(now, wait); };
  const unsaved = () => typed !== arrived;
  const uploading = () => Boolean(form.querySelector("[data-uploads] progress"));
  const stopped = () => leaving === "gone" || trouble === "conflict" || trouble === "signedOut";

  function changed() {
    typed += 1;
    copy.keep();
    if (stopped()) return;
    say(words.unsaved, "waiting");
    later(SOON);
  }

  function now() {
    clearTimeout(timer);
    if (underway) return underway.then(now);
    if (stopped() || !unsaved()) return Promise.resolve();
    underway = send(typed).finally(() => { underway = null; });
    return underway;
  }

  async function send(upTo) {
    const data = new FormData(form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    const headers = { "X-Requested-With": "fetch", Accept: "application/json" };
    const asking = { method: "POST", body: data, headers, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) };
    try {
      await take(await fetch(form.dataset.autosave, asking), upTo);
    } catch {
      tryAgain(words.offline);
    }
  }

  async function take(answer, upTo) {
    if (answer.type === "opaqueredirect" || answer.status === 403) stop("signedOut");
    else if (answer.ok || answer.status === 409 || answer.status === 422) show(await answer.json(), upTo);
    else if (answer.status === 413 || answer.status === 400) refused();
    else tryAgain(words.serverTrouble);
  }

  function stop(why) {
    trouble = why;
    say(words[why], "problem");
  }

  // Asking again would bring the same answer: it waits until something is changed.
  function refused() {
    trouble = "refused";
    say(words.tooMuch, "problem");
  }

  function tryAgain(sentence) {
    trouble = "failed";
    say(sentence, "problem");
    later(AGAIN[Math.min(failures, AGAIN.length - 1)]);
    failures += 1;
  }

  function show(result, upTo) {
    if (result.conflict) {
      form.querySelector("[data-conflict]").innerHTML = result.conflict;
      stop("conflict");
      return;
    }
    trouble = "";
    failures = 0;
    fill(result);
    if (!result.version) { say(result.message, "problem"); return; }
    form.elements.version.value = result.version;
    lockUnit();
    if (location.pathname !== result.url) {
      history.replaceState(null, "", result.url);
      form.action = result.url;
    }
    arrived = upTo;
    if (!unsaved()) { say(result.saved, "saved"); copy.forget(); }
  }

  // The first save made it a post of this unit; the choice of a new page is over.
  function lockUnit() {
    const unit = form.elements.unit;
    if (unit.type === "hidden") return;
    const label = document.createElement("span");
    label.className = "badge";
    label.textContent = unit.selectedOptions[0].textContent;
    const fixed = document.createElement("input");
    fixed.type = "hidden";
    fixed.name = "unit";
    fixed.value = unit.value;
    unit.closest(".field").replaceWith(fixed, label);
  }

  function fill(result) {
    for (const slot of form.querySelectorAll("[data-slot]")) {
      const html = (result.slots && result.slots[slot.dataset.slot]) || "";
      if (slot.dataset.shown !== html) draw(slot, html);
    }
    put("[data-side]", result.side);
    put("[data-moment]", result.moment);
    put("[data-others]", result.others);
    put("[data-why]", result.why);
    for (const [name, html] of Object.entries(result.live || {})) put(`[data-live="${name}"]`, html);
  }

  // Somebody may be on a button of it by keyboard.
  function draw(place, html) {
    const back = hold(place);
    const folds = new Map([...place.querySelectorAll("[data-keep]")].map((fold) => [fold.dataset.keep, fold.open]));
    place.innerHTML = html;
    place.dataset.shown = html;
    for (const fold of place.querySelectorAll("[data-keep]")) if (folds.has(fold.dataset.keep)) fold.open = folds.get(fold.dataset.keep);
    back();
  }

  function put(selector, html) {
    const place = form.querySelector(selector);
    if (!place || html === undefined || place.dataset.shown === html) return;
    if (place.querySelector("textarea:focus, input:focus")) return; // somebody writes in it
    draw(place, html);
  }

  function clicked(event) {
    const mine = event.target.closest("[data-keep-mine]");
    if (mine) {
      event.preventDefault();
      typed += 1;
      form.elements.version.value = mine.dataset.keepMine;
      form.querySelector("[data-conflict]").replaceChildren();
      trouble = "";
      now();
    }
    if (event.target.closest("[data-take-theirs]")) { leaving = "gone"; copy.forget(); }
  }

  // --- leaving ----------------------------------------------------------------

  // A button of the form: what is typed arrives first. Where it cannot, the person stays with their words.
  function submitting(event) {
    if (leaving === "gone") return;
    if (uploading()) { event.preventDefault(); tell(words.uploading); return; }
    if (!underway && (!unsaved() || trouble === "conflict")) { leaving = "gone"; return; }
    event.preventDefault();
    if (leaving !== "waiting") afterSaving(event.submitter);
  }

  async function afterSaving(button) {
    leaving = "waiting";
    button?.setAttribute("aria-busy", "true");
    await renew();
    await now();
    button?.removeAttribute("aria-busy");
    leaving = trouble ? "" : "gone";
    if (trouble) tell(status.textContent);
    else if (!button || button.isConnected) form.requestSubmit(button);
    else pressAgain(button);
  }

  // The save drew the place of the button anew: the same button there is meant, if what it mends is still there.
  function pressAgain(gone) {
    const same = [...form.elements].find((one) => one.name === gone.name && one.value === gone.value);
    if (same) form.requestSubmit(same);
    else leaving = "";
  }

  function tell(text) {
    document.dispatchEvent(new CustomEvent("toast", { detail: { text, level: "error" } }));
  }

  function warn(event) {
    if (leaving !== "gone" && (unsaved() || uploading())) event.preventDefault();
  }

  // Signed in again, perhaps in another tab: this page's proof is renewed and it goes on where it was.
  async function renew() {
    if (trouble !== "signedOut") return;
    const answer = await fetch(form.action, { redirect: "manual", cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return;
    const there = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-compose]");
    if (there?.dataset.person !== form.dataset.person) return;
    form.elements.csrfmiddlewaretoken.value = there.elements.csrfmiddlewaretoken.value;
    trouble = "";
    if (leaving !== "waiting") now();
  }

  function seen() {
    if (document.hidden) now();
    else renew();
  }

  // --- coming back --------------------------------------------------------------

  function offerRestore() {
    prune();
    const [found] = copy.earlier();
    const box = form.querySelector("[data-restore]");
    box.hidden = !found || form.querySelector("[data-conflict]").childElementCount > 0;
    if (box.hidden) return;
    box.querySelector("[data-restore-words]").textContent = wordsOf(found.copy).slice(0, 300);
    box.querySelector("[data-restore-do]").onclick = async () => {
      await now();
      leaving = "gone";
      bringBack(form, found);
    };
    box.querySelector("[data-restore-drop]").onclick = () => { drop(found); offerRestore(); };
  }

  return { changed, seen, clicked, submitting, warn, offerRestore };
}
