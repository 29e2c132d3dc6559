/* Words typed into a form stay in this tab until they have arrived: a sign-in that ended, a page that was open too long
   or a server in trouble takes nothing away. Back on the page they are offered again. The composer has its own care.
   What was sent counts as arrived when the page of the form led to a page of the product: one to sign in on, one that
   tells of an error, and the browser's own when the network is gone, do not carry this template. */

const PREFIX = "libsocial:begun:";
const DAY = 24 * 3600 * 1000;
const WORDS = 'textarea, select, input:not([type=hidden], [type=file], [type=password], [type=checkbox], [type=radio], [type=submit])';
const offer = document.getElementById("begun");
const mine = offer ? `${PREFIX}${offer.dataset.person}:` : "";

if (offer) begin();

function begin() {
  for (const { key, copy } of copies()) {
    if (copy.at < Date.now() - DAY || (copy.sent && arrived(copy))) remove(key);
    else if (copy.sent) write(key, { ...copy, sent: false });
  }
  for (const form of forms()) if (read(keyOf(form))) bringBack(form);
  document.addEventListener("input", (event) => keep(event.target.form, false));
  document.addEventListener("change", (event) => keep(event.target.form, false));
  window.addEventListener("submit", (event) => { if (!event.defaultPrevented) keep(event.target, true); });
}

function arrived(copy) {
  const [how] = performance.getEntriesByType("navigation");
  const before = document.referrer && new URL(document.referrer);
  return how?.type === "navigate" && before?.origin === location.origin && before.pathname === copy.page;
}

function forms() {
  return [...document.querySelectorAll("main form")].filter(kept);
}

// Forms of acts have no words; a search is in the address; passwords stay nowhere.
function kept(form) {
  if (form?.method !== "post" || !form.closest("main") || form.matches("[data-compose], [data-bulk], [data-media-many]")) return false;
  return !form.querySelector("input[type=password]") && [...form.elements].some((field) => field.matches('textarea, input:is([type=text], [type=url], [type=email], :not([type]))'));
}

function keyOf(form) {
  const all = [...document.querySelectorAll("main form")];
  return `${mine}${location.pathname}:${form.getAttribute("action") ?? ""}:${form.id || all.filter((one) => one.getAttribute("action") === form.getAttribute("action")).indexOf(form)}`;
}

function fieldsOf(form) {
  const seen = new Map(); // how many of this name came before
  return [...form.elements].filter((field) => field.name && field.matches(`${WORDS}, input:is([type=checkbox], [type=radio])`)).map((field) => {
    const place = seen.get(field.name) ?? 0;
    seen.set(field.name, place + 1);
    const value = field.matches("[type=checkbox], [type=radio]") ? field.checked : field.multiple ? [...field.selectedOptions].map((one) => one.value) : field.value;
    return { field, name: field.name, place, value };
  });
}

function keep(form, sent) {
  if (!kept(form)) return;
  const fields = fieldsOf(form).map(({ name, place, value }) => [name, place, value]);
  if (sent && !read(keyOf(form)) && !form.querySelector("[aria-invalid=true]")) return; // nothing was typed
  write(keyOf(form), { at: Date.now(), page: location.pathname, sent, fields });
}

function bringBack(form) {
  const key = keyOf(form);
  const { fields } = read(key);
  const here = fieldsOf(form);
  const other = fields.filter(([name, place, value]) => here.some((one) => one.name === name && one.place === place && String(one.value) !== String(value)));
  if (!other.some(([, , value]) => typeof value === "string" && value.trim())) { remove(key); return; }
  const box = offer.content.firstElementChild.cloneNode(true);
  box.querySelector("[data-begun-words]").textContent = other.map(([, , value]) => value).filter((value) => typeof value === "string" && value.trim()).join(" · ").slice(0, 300);
  box.querySelector("[data-begun-do]").addEventListener("click", () => { box.remove(); put(form, fields); });
  box.querySelector("[data-begun-drop]").addEventListener("click", () => { box.remove(); remove(key); form.querySelector(WORDS)?.focus(); });
  for (let fold = form.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  form.prepend(box);
}

function put(form, fields) {
  for (const { field, name, place } of fieldsOf(form)) {
    const found = fields.find((one) => one[0] === name && one[1] === place);
    if (!found) continue;
    if (field.matches("[type=checkbox], [type=radio]")) field.checked = found[2];
    else if (field.multiple) for (const option of field.options) option.selected = found[2].includes(option.value);
    else field.value = found[2];
  }
  const first = form.querySelector(WORDS);
  first?.focus();
  first?.dispatchEvent(new Event("input", { bubbles: true }));
  first?.dispatchEvent(new Event("change", { bubbles: true }));
}

// --- the storage of the tab, which may be full or forbidden: then words are only on the page

function copies() {
  try { return Object.keys(sessionStorage).filter((key) => key.startsWith(mine)).map((key) => ({ key, copy: read(key) })).filter(({ copy }) => copy); } catch { return []; }
}

function read(key) {
  try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; }
}

function write(key, value) {
  try { sessionStorage.setItem(key, JSON.stringify(value)); } catch { /* as said above */ }
}

function remove(key) {
  try { sessionStorage.removeItem(key); } catch { /* as said above */ }
}
