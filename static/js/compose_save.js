/* One save at a time; what is typed meanwhile waits for the next. The browser keeps a copy until the server has it. */

export function makeSaver(form, words) {
  const status = form.querySelector("[data-status]");
  const keepKey = `libsocial:draft:${form.elements.token.value}`;
  let timer = 0;
  let busy = false;
  let dirty = false;
  let stopped = false;

  const say = (text, state) => { status.textContent = text; status.dataset.state = state; };
  const later = (wait) => { clearTimeout(timer); timer = setTimeout(now, wait); };

  function changed() {
    dirty = true;
    if (stopped) return;
    say(words.unsaved, "waiting");
    keep();
    later(700);
  }

  function keep() {
    const fields = {};
    for (const field of form.querySelectorAll("textarea, input[type=text]")) {
      if (field.name && field.value) fields[field.name] = field.value;
    }
    try { localStorage.setItem(keepKey, JSON.stringify(fields)); } catch { /* storage full or forbidden: the server still saves */ }
  }

  function forget() {
    try { localStorage.removeItem(keepKey); } catch { /* as above */ }
  }

  async function now() {
    if (!dirty || stopped) return;
    if (busy) { later(300); return; }
    busy = true;
    dirty = false;
    try {
      await send();
    } catch {
      dirty = true;
      say(words.offline, "problem");
      later(5000);
    } finally {
      busy = false;
    }
  }

  async function send() {
    const data = new FormData(form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    const answer = await fetch(form.dataset.autosave, {
      method: "POST",
      body: data,
      headers: { "X-Requested-With": "fetch", Accept: "application/json" },
      redirect: "manual",
    });
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      stopped = true;
      say(words.signedOut, "problem");
      return;
    }
    if (!answer.ok && answer.status !== 409 && answer.status !== 422) throw new Error(String(answer.status));
    show(await answer.json());
  }

  function show(result) {
    if (result.conflict) {
      form.querySelector("[data-conflict]").innerHTML = result.conflict;
      stopped = true;
      say(words.conflict, "problem");
      return;
    }
    fill(result);
    if (!result.version) { say(result.message, "problem"); return; }
    form.querySelector("[data-version]").value = result.version;
    if (location.pathname !== result.url) {
      history.replaceState(null, "", result.url);
      form.action = result.url;
    }
    if (!dirty) { say(result.saved, "saved"); forget(); }
  }

  function fill(result) {
    for (const slot of form.querySelectorAll("[data-slot]")) {
      const html = (result.slots && result.slots[slot.dataset.slot]) || "";
      if (slot.dataset.shown !== html) { slot.innerHTML = html; slot.dataset.shown = html; }
    }
    put("[data-side]", result.side);
    put("[data-moment]", result.moment);
    put("[data-others]", result.others);
    put("[data-why]", result.why);
  }

  function put(selector, html) {
    const place = form.querySelector(selector);
    if (html !== undefined && place.dataset.shown !== html) { place.innerHTML = html; place.dataset.shown = html; }
  }

  function clicked(event) {
    const mine = event.target.closest("[data-keep-mine]");
    if (mine) {
      event.preventDefault();
      form.querySelector("[data-version]").value = mine.dataset.keepMine;
      form.querySelector("[data-conflict]").replaceChildren();
      stopped = false;
      dirty = true;
      now();
    }
    if (event.target.closest("[data-take-theirs]")) leaving();
  }

  function kept() {
    try { return JSON.parse(localStorage.getItem(keepKey) || "null"); } catch { return null; }
  }

  function offerRestore() {
    const box = form.querySelector("[data-restore]");
    const fields = kept();
    if (!fields) return;
    const differs = Object.entries(fields).some(([name, value]) => form.elements[name] && form.elements[name].value !== value);
    if (!differs) { forget(); return; }
    box.hidden = false;
    box.querySelector("[data-restore-do]").addEventListener("click", () => {
      for (const [name, value] of Object.entries(fields)) if (form.elements[name]) form.elements[name].value = value;
      box.hidden = true;
      changed();
    });
    box.querySelector("[data-restore-drop]").addEventListener("click", () => { forget(); box.hidden = true; });
  }

  function leaving() {
    clearTimeout(timer);
    dirty = false;
    stopped = true;
    forget();
  }

  function warn(event) {
    if (dirty) event.preventDefault();
  }

  return { changed, now, clicked, leaving, warn, offerRestore };
}
