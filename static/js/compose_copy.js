/* What this browser keeps until the server has it: everything on the form, by person, post and page.
   Two pages never write over each other's copy, and a copy is not touched until it arrived or was thrown away. */

const PREFIX = "libsocial:draft:";
const DAYS = 30 * 24 * 3600 * 1000;
const MOST = 20; // copies of one browser; every one is a post whose words did not arrive
const PROOFS = new Set(["csrfmiddlewaretoken", "token", "version"]);
const WORDS = /-(text|media|card)$|-alt-\d+$|^(note|content_warning)$/;

export function makeCopy(form) {
  const person = `${PREFIX}${form.dataset.person}:`;
  const token = form.elements.token.value;
  // Not crypto.randomUUID: a library's own server may be without TLS, and then there is none.
  const own = `${person}${token}:${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`;
  const version = () => Number(form.elements.version.value) || 0;

  function keep() {
    write(own, { at: Date.now(), token, version: version(), fields: fieldsOf(form) });
  }

  // The copies of pages before this one: of this post, and on a new page those of posts that never arrived at all.
  function earlier() {
    const mine = all().filter(({ key, copy }) => key !== own && key.startsWith(person) && belongs(copy));
    return mine.filter((found) => !settled(found));
  }

  function belongs(copy) {
    return copy.token === token || (version() === 0 && copy.version === 0);
  }

  function settled({ key, copy }) {
    const arrived = copy.token === token && copy.sent && version() > copy.version;
    const here = same(copy.fields, fieldsOf(form));
    if (!arrived && !here && hasWords(copy)) return false;
    remove(key);
    return true;
  }

  return { keep, earlier, forget: () => remove(own) };
}

/* Sends a kept copy as the form it was, from the version it started from: whoever saved meanwhile is met, not overwritten. */
export function bringBack(form, { key, copy }) {
  write(key, { ...copy, sent: true });
  const sending = document.createElement("form");
  sending.method = "post";
  sending.enctype = "multipart/form-data";
  sending.action = form.action;
  sending.hidden = true;
  const proof = ["csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value];
  for (const [name, value] of [proof, ["token", copy.token], ["version", copy.version], ["do", "save"], ...copy.fields]) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    sending.append(field);
  }
  document.body.append(sending);
  sending.requestSubmit();
}

export function wordsOf(copy) {
  return copy.fields.filter(([name]) => name.endsWith("-text")).map(([, value]) => value).join(" ").trim();
}

export function drop({ key }) {
  remove(key);
}

/* Copies too old to be remembered, or too many, or not ours to read any more. */
export function prune() {
  const limit = Date.now() - DAYS;
  all().forEach(({ key, copy }, place) => { if (copy.at < limit || place >= MOST) remove(key); });
}

function fieldsOf(form) {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !PROOFS.has(name));
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

function hasWords(copy) {
  return copy.fields.some(([name, value]) => WORDS.test(name) && value.trim());
}

// --- the browser's storage, which may be full or forbidden: then the server alone keeps what is written

function all() {
  const found = [];
  for (const key of keys()) {
    const copy = read(key);
    if (Array.isArray(copy?.fields)) found.push({ key, copy });
    else remove(key);
  }
  return found.sort((one, other) => other.copy.at - one.copy.at);
}

function keys() {
  try { return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)); } catch { return []; }
}

function read(key) {
  try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
}

function write(key, value) {
  try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* as said above */ }
}

function remove(key) {
  try { localStorage.removeItem(key); } catch { /* as said above */ }
}
