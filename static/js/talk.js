/* Comments in place: what #talk-form would send goes by itself and its answer takes the place of the talk. Folds with
   data-load fetch what is in them when they are opened, and "@" completes the names of colleagues. */
import { suggest } from "./suggest.js";

const asking = { headers: { "X-Requested-With": "fetch" } };
const people = new Map(); // by address
const words = document.getElementById("words")?.dataset ?? {};

document.addEventListener("submit", (event) => {
  const talk = event.target.id === "talk-form" ? event.submitter?.closest("[data-talk]") : null;
  if (!talk) return;
  event.preventDefault();
  send(event.target, event.submitter, talk);
});

async function send(form, button, talk) {
  if (talk.hasAttribute("aria-busy")) return;
  talk.setAttribute("aria-busy", "true");
  const field = button.closest(".field")?.querySelector("textarea");
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  if (field) body.set(field.name, field.value);
  const answer = await fetch(button.formAction, { ...asking, method: "POST", body, redirect: "manual" }).catch(() => null);
  talk.removeAttribute("aria-busy");
  if (answer?.ok || answer?.status === 422) put(talk, await answer.text(), field?.name);
  else document.dispatchEvent(new CustomEvent("toast", { detail: { text: answer ? words.server : words.network, level: "error" } }));
}

// Words begun in other fields of the talk stay where they are.
function put(talk, html, sent) {
  const begun = [...talk.querySelectorAll("textarea")].filter((field) => field.name !== sent && field.value !== field.defaultValue);
  const holder = document.createElement("div");
  holder.innerHTML = html;
  const fresh = holder.firstElementChild;
  talk.replaceWith(fresh);
  for (const old of begun) {
    const field = fresh.querySelector(`[name="${CSS.escape(old.name)}"]`);
    if (!field) continue;
    field.value = old.value;
    const fold = field.closest("details");
    if (fold) fold.open = true;
  }
  (fresh.querySelector(".field-error")?.closest(".field").querySelector("textarea") ?? fresh.querySelector(".talk-new textarea"))?.focus();
}

// A comment begun is nowhere but here: the browser asks before it goes.
window.addEventListener("beforeunload", (event) => {
  const begun = [...document.querySelectorAll("[data-talk] textarea")].some((field) => field.value.trim() && field.value !== field.defaultValue);
  if (begun) event.preventDefault();
});

// "toggle" does not rise, so it is caught on the way down.
document.addEventListener("toggle", (event) => event.target.open && load(event.target), true);
for (const fold of document.querySelectorAll("details[data-load][open]")) load(fold);

async function load(fold) {
  const place = fold.dataset?.load && !fold.dataset.loaded ? fold.querySelector("[data-load-into]") : null;
  if (!place) return;
  fold.dataset.loaded = "yes";
  const answer = await fetch(fold.dataset.load, { ...asking, redirect: "manual" }).catch(() => null);
  if (answer?.ok) place.innerHTML = await answer.text();
  else delete fold.dataset.loaded; // the link stays, and opening it again tries again
}

async function known(field) {
  const address = field.closest("[data-people]").dataset.people;
  if (!people.has(address)) people.set(address, fetch(address, asking).then((answer) => answer.json()).catch(() => ({ people: [] })));
  return (await people.get(address)).people;
}

async function find(before, field) {
  const typed = before.match(/(?:^|[\s(])@([\p{L}\p{M}\p{N}.'’-]*(?: [\p{L}\p{M}\p{N}.'’-]+)?)$/u)?.[1];
  if (typed === undefined) return null;
  const wanted = typed.toLowerCase();
  const found = (await known(field)).filter(({ name }) => name.toLowerCase().split(" ").some((_word, place, all) => all.slice(place).join(" ").startsWith(wanted)));
  return { length: typed.length, items: found.slice(0, 6).map(({ name }) => ({ label: name, text: `${name} ` })) };
}

suggest(document, "[data-mentions]", find, words.colleagues ?? "@");
