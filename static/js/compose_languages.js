/* Further languages: tabs above the text, a field for every part and picture the source has, what a channel says. */

const LINE = "\n\n———\n\n"; // as posts.languages

export function setUpLanguages(form) {
  const tabs = form.querySelector("[data-language-tabs]");
  form.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-tab]");
    if (tab) { event.preventDefault(); show(form, tab.dataset.tab, true); }
    if (event.target.closest("[data-add-language]")) sessionStorage.setItem("language", form.elements.add_language.value);
  });
  form.addEventListener("change", (event) => event.target.matches("[data-channel-pick]") && routes(form));
  if (!tabs.querySelector("nav")) return;
  const asked = location.hash.startsWith("#l-") ? location.hash.slice(3) : sessionStorage.getItem("language");
  sessionStorage.removeItem("language");
  show(form, asked && panelOf(form, asked) ? asked : "", Boolean(asked));
  const base = form.querySelector('[data-scope="base"] [data-parts]');
  new MutationObserver(() => follow(form, base)).observe(base, { childList: true, subtree: true });
}

const panelOf = (form, tag) => form.querySelector(`[data-language="${CSS.escape(tag)}"]`);

function show(form, tag, focus) {
  form.querySelector("#lang-base").hidden = tag !== "";
  for (const panel of form.querySelectorAll("[data-language]")) panel.hidden = panel.dataset.language !== tag;
  for (const tab of form.querySelectorAll("[data-tab]")) {
    if (tab.dataset.tab === tag) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  if (focus) (tag ? panelOf(form, tag) : form.querySelector("#lang-base")).querySelector("[data-text]")?.focus();
}

function routes(form) {
  const chosen = new Set([...form.querySelectorAll("[data-channel-pick]:checked")].map((box) => box.value));
  for (const row of form.querySelectorAll("[data-route]")) row.hidden = !chosen.has(row.dataset.route);
}

// A part or picture that came to the source gets its field in every language; words that are there stay.
function follow(form, base) {
  const parts = [...base.querySelectorAll("[data-part]")];
  for (const panel of form.querySelectorAll("[data-language]")) {
    const own = panel.querySelector("[data-language-parts]");
    while (own.children.length < parts.length) own.insertAdjacentHTML("beforeend", made(panel, "part", "__index__", own.children.length));
    parts.forEach((part, place) => describe(panel, part, own.children[place], place));
  }
}

function describe(panel, part, own, place) {
  for (const item of part.querySelectorAll('[data-media]:not([data-kind="document"])')) {
    if (own.querySelector(`[data-alt-of="${item.dataset.media}"]`)) continue;
    const html = made(panel, "alt", "__index__", place).replaceAll("__asset__", item.dataset.media);
    own.querySelector("[data-alts]").insertAdjacentHTML("beforeend", html);
  }
}

const made = (panel, kind, sign, value) => panel.querySelector(`[data-${kind}-template]`).innerHTML.replaceAll(sign, String(value));

function wayOf(form, channel) {
  const choice = form.elements[`v${channel}-speaks`]?.selectedOptions[0];
  const tags = choice ? choice.dataset.tags.split(",") : [""];
  const scopes = tags.map((tag) => (tag && panelOf(form, tag) ? `l-${tag}` : "base"));
  return { scopes, thread: Boolean(choice?.value.startsWith("thread:")) };
}

/* The scopes of the form a channel's counts stand beside: of several languages in one post the first. */
export function scopesOf(form, channel) {
  const { scopes, thread } = wayOf(form, channel);
  return thread ? scopes : scopes.slice(0, 1);
}

/* What the channel says in this part, its other languages with it. */
export function textOf(form, part, channel) {
  const own = part.querySelector("[data-text]").value;
  const { scopes, thread } = wayOf(form, channel);
  if (thread || scopes.length < 2 || /^v\d/.test(part.dataset.name)) return own;
  const place = [...part.parentElement.querySelectorAll("[data-part]")].indexOf(part);
  const texts = scopes.map((scope) => partsOf(form, scope)[place]?.querySelector("[data-text]").value.trim() || "");
  return texts.filter(Boolean).join(LINE);
}

function partsOf(form, scope) {
  const room = scope === "base" ? form.querySelector('[data-scope="base"]') : panelOf(form, scope.slice(2));
  return room.querySelectorAll("[data-part]");
}
