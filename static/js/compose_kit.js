/* What is inserted at the cursor: emoji, hashtags, names, snippets. One dialog for all, and suggestions for # and @
   while one types. */
import { setUpEmoji } from "./compose_emoji.js";
import { setBook } from "./names.js";
import { suggest } from "./suggest.js";

const PAUSE = 250; // milliseconds

export function setUpKit(form, words) {
  const dialog = document.getElementById("kit");
  const holder = dialog.querySelector("[data-kit]");
  const body = dialog.querySelector("[data-kit-body]");
  const search = dialog.querySelector("[data-kit-find]");
  const status = dialog.querySelector("[data-kit-status]");
  const once = new Map();
  let field = null; // where it is inserted
  let what = "";

  const ask = (address) => {
    if (!once.has(address)) once.set(address, fetch(address, { headers: { Accept: "application/json" } }).then((answer) => { if (!answer.ok) throw new Error(String(answer.status)); return answer.json(); }));
    return once.get(address).catch((error) => { once.delete(address); throw error; });
  };
  const data = async () => {
    const known = await ask(`${holder.dataset.kitData}?unit=${form.elements.unit.value}`);
    setBook(known.names);
    form.dispatchEvent(new Event("book"));
    return known;
  };
  const signs = setUpEmoji(dialog.querySelector("[data-kit-groups]"), words, () => ask(holder.dataset.kitEmoji), (anew) => { draw(); if (anew) body.scrollTop = 0; });
  const titles = { emoji: words.kitEmoji, tags: words.kitTags, names: words.kitNames, snippets: words.kitSnippets };

  form.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-kit-open]");
    if (opener) open(opener.dataset.kitOpen, opener.closest("[data-part]").querySelector("[data-text]"));
  });
  dialog.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (button) insert(button);
  });
  dialog.addEventListener("keydown", walk);
  search.addEventListener("input", draw);
  form.addEventListener("focusin", (event) => event.target.matches("[data-text]") && data().catch(() => null), { once: true });
  suggest(form, "[data-text]", typed, words.kitChoices);

  function open(kind, into) {
    field = into;
    what = kind;
    search.value = "";
    signs.begin();
    dialog.querySelector("h2").textContent = titles[kind];
    for (const link of dialog.querySelectorAll("[data-kit-link]")) link.hidden = link.dataset.kitLink !== kind;
    dialog.showModal();
    search.focus();
    draw();
  }

  async function draw() {
    const kind = what;
    try {
      if (kind !== "emoji") signs.hide();
      const groups = kind === "emoji" ? await signs.find(search.value) : rows(kind, await data());
      if (kind === what) show(groups, kind);
    } catch {
      body.replaceChildren(line(words.kitFailed));
    }
  }

  function show(groups, kind) {
    const wanted = search.value.trim().toLowerCase();
    const kept = groups.map((group) => ({ ...group, items: kind === "emoji" ? group.items : group.items.filter((item) => `${item.label} ${item.hint}`.toLowerCase().includes(wanted)) })).filter((group) => group.items.length);
    const empty = { tags: words.kitNoTags, snippets: words.kitNoSnippets, names: words.kitNoNames }[kind];
    const none = wanted || !empty ? words.kitNothing : empty;
    body.replaceChildren(...(kept.length ? kept.flatMap((group) => section(group, kind)) : [line(none)]));
    status.textContent = kept.length ? `${words.kitFound}: ${kept.reduce((sum, group) => sum + group.items.length, 0)}` : none;
  }

  function rows(kind, known) {
    const items = {
      tags: () => known.sets.map(({ name, tags, note }) => ({ label: name, hint: [tags.map((tag) => `#${tag}`).join(" "), note].filter(Boolean).join(" · "), text: tags.map((tag) => `#${tag}`).join(" ") })),
      names: () => known.names.map(({ name, handles }) => ({ label: name, hint: [...new Set(Object.values(handles))].join(" · ") || words.kitPlain, text: `@[${name}]` })),
      snippets: () => known.snippets.map(({ key, name, text }) => ({ label: name, hint: `{${key}} · ${text}`, text })),
    }[kind]();
    return [{ title: "", items }];
  }

  function insert(button) {
    dialog.close();
    const text = button.dataset.insert;
    if (what === "emoji") signs.remember(text);
    const before = field.value.slice(0, field.selectionStart);
    const gap = what !== "emoji" && before && !/[\s(]$/u.test(before) ? " " : "";
    field.setRangeText(gap + text, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Arrow keys walk through the signs; down from the search field goes to the first.
  function walk(event) {
    const all = [...body.querySelectorAll("[data-insert]")];
    const at = all.indexOf(document.activeElement);
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: what === "emoji" && at >= 0 ? perRow(all) : 1, ArrowUp: what === "emoji" ? -perRow(all) : -1 }[event.key];
    if (event.key === "Enter" && event.target === search && all.length) { event.preventDefault(); all[0].click(); return; }
    if (!step || (event.target === search && event.key !== "ArrowDown")) return;
    event.preventDefault();
    if (at < 0) all[0]?.focus();
    else if (at + step < 0) search.focus();
    else all[Math.min(at + step, all.length - 1)].focus();
  }

  async function typed(before, area) {
    const tag = before.match(/(?:^|[^\p{L}\p{N}_/&#])#([\p{L}\p{M}\p{N}_]+)$/u)?.[1];
    const name = tag === undefined ? before.match(/(?:^|[^\p{L}\p{N}_/])@\[?([\p{L}\p{M}\p{N}'’ .-]{2,60})$/u) : null;
    if (tag === undefined && !name) return null;
    const known = await data().catch(() => null);
    if (!known) return null;
    if (tag === undefined) return people(name, before, known);
    const found = tagsFor(tag, known);
    return found.items.length ? found : { ...found, items: await capitals(tag, before, area) };
  }

  // Asked once the fingers rest: "summerreading" is read word by word as SummerReading.
  async function capitals(tag, before, area) {
    if (!/^\p{Ll}{6,40}$/u.test(tag)) return [];
    await new Promise((rest) => { setTimeout(rest, PAUSE); });
    if (area.value.slice(0, area.selectionStart) !== before) return [];
    const { better } = await ask(`${holder.dataset.kitTag}?tag=${encodeURIComponent(tag)}`).catch(() => ({ better: "" }));
    return better ? [{ label: `#${better}`, hint: words.kitCapitals, text: `${better} ` }] : [];
  }

  function tagsFor(tag, known) {
    const wanted = tag.toLowerCase();
    const all = new Map(known.sets.flatMap((set) => set.tags.map((one) => [one, set.name])));
    const items = [...all].filter(([one]) => one.toLowerCase().startsWith(wanted) && one !== tag).slice(0, 6).map(([one, set]) => ({ label: `#${one}`, hint: set, text: `${one} ` }));
    const why = known.banned[wanted];
    return { length: tag.length, items: why ? [{ label: `${words.kitBanned} #${tag}`, hint: why, text: tag }, ...items] : items };
  }

  function people(name, before, known) {
    const wanted = name[1].trim().toLowerCase();
    const found = known.names.filter((one) => one.name.toLowerCase().includes(wanted)).slice(0, 6);
    const length = before.length - before.lastIndexOf("@");
    return { length, items: found.map((one) => ({ label: one.name, hint: words.kitMention, text: `@[${one.name}] ` })) };
  }
}

function section({ title, items }, kind) {
  const list = document.createElement("div");
  list.className = kind === "emoji" ? "kit-emoji" : "kit-rows";
  for (const item of items) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.insert = item.text;
    if (kind === "emoji") {
      button.textContent = item.label;
      button.title = item.hint;
      button.setAttribute("aria-label", item.hint || item.label);
    } else {
      for (const [tag, text] of [["strong", item.label], ["span", item.hint]]) button.append(Object.assign(document.createElement(tag), { textContent: text, dir: "auto" }));
    }
    list.append(button);
  }
  if (!title) return [list];
  return [Object.assign(document.createElement("h3"), { className: "eyebrow", textContent: title }), list];
}

const line = (text) => Object.assign(document.createElement("p"), { className: "muted", textContent: text });
const perRow = (all) => Math.max(1, all.filter((one) => one.offsetTop === all[0].offsetTop).length);
