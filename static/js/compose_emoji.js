/* The emoji of the picker: used lately, often used by libraries, and all of them, group by group. */

const OFTEN = "📚 📖 📕 📗 📘 📙 🔖 🤓 ✨ 🎉 🎧 🎬 🎮 🧩 🎨 🎵 🧑‍🏫 🧒 👶 👋 ❤️ 👏 🙏 ☕ 🌱 🌞 ☔ ❄️ 🎃 🎄 ⏰ 📅 📍 ☎️ 💻 🖨️ ♿ 🚪 ➡️ ✅ ❗ ℹ️ 🏳️‍🌈 🕯️ 🐛 🦉 🚲 🚌 🎓 🏛️ 💡".split(" ");
const RECENT = "libsocial:emoji";
const MOST = 160;

/* `row` holds the buttons of the groups; `load` answers what the server knows; `draw` shows the picker anew. */
export function setUpEmoji(row, words, load, draw) {
  let chosen = 0; // which button: 0 for what is used most

  row.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    chosen = [...row.children].indexOf(button);
    draw(true);
  });

  function buttons(groups) {
    const faces = [{ title: words.kitOften, face: "🕘" }, ...groups];
    if (row.children.length !== faces.length) row.replaceChildren(...faces.map(face));
    [...row.children].forEach((button, place) => button.setAttribute("aria-pressed", String(place === chosen)));
  }

  async function find(typed) {
    const { emoji: all, groups = [] } = await load();
    const wanted = typed.trim().toLowerCase();
    row.hidden = Boolean(wanted) || !groups.length;
    buttons(groups);
    if (wanted) return [{ title: words.kitFound, items: search(all, wanted) }];
    if (chosen) return [within(all, groups, chosen - 1)];
    const names = new Map(all);
    const item = (sign) => entry([sign, names.get(sign) ?? ""]);
    return [{ title: words.kitRecent, items: recent().map(item) }, { title: words.kitOften, items: OFTEN.map(item) }];
  }

  return { find, begin: () => { chosen = 0; }, hide: () => { row.hidden = true; }, remember };
}

const entry = ([sign, name]) => ({ label: sign, hint: name, text: sign });

function within(all, groups, place) {
  const from = groups.slice(0, place).reduce((sum, group) => sum + group.count, 0);
  return { title: groups[place].title, items: all.slice(from, from + groups[place].count).map(entry) };
}

function search(all, wanted) {
  const found = all.filter(([, name]) => wanted.split(/\s+/u).every((word) => name.toLowerCase().includes(word)));
  found.sort(([, one], [, other]) => one.length - other.length);
  return found.slice(0, MOST).map(entry);
}

function face({ title, face: sign }) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: sign, title });
  button.setAttribute("aria-label", title);
  return button;
}

function recent() {
  try { return JSON.parse(localStorage.getItem(RECENT)) ?? []; } catch { return []; }
}

function remember(sign) {
  try { localStorage.setItem(RECENT, JSON.stringify([sign, ...recent().filter((one) => one !== sign)].slice(0, 18))); } catch { /* a full or forbidden storage only forgets */ }
}
