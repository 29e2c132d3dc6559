/* Live counts in each platform's own unit, by the same rules as channels_app.measure. */
import { count } from "./measure.js";
import { scopesOf, textOf } from "./compose_languages.js";
import { valueOf } from "./compose_options.js";
import { named } from "./names.js";

const MOST = 6; // counters shown at once; of more channels those with the least room

export function setUpCounts(form, words) {
  const channels = JSON.parse(document.getElementById("compose-channels").textContent);
  const show = (part) => draw(form, part, channels, words);
  const all = () => form.querySelectorAll("[data-part]").forEach(show);
  form.addEventListener("input", (event) => {
    const part = event.target.closest("[data-part]");
    if (part && form.querySelector("[data-language]")) all(); // one channel may say several of them
    else if (part) show(part);
    if (event.target.name === "content_warning") all();
  });
  form.addEventListener("change", all);
  form.addEventListener("book", all); // handles may be longer than names
  // Pictures come and go without a field being changed, and some platforms take fewer words beside them.
  new MutationObserver((changes) => {
    if (changes.some(({ target }) => target.matches("[data-media-list]"))) all();
  }).observe(form, { childList: true, subtree: true });
  all();
}

// Each channel says its own number behind our short links, as libsocial.links.codes.placed does.
function placed(text, channel, words) {
  return words.shortLinks ? text.replace(new RegExp(words.shortLinks, "gi"), `$&.${channel.id}`) : text;
}

function concerned(form, part, channels) {
  const scope = part.dataset.name.replace(/-\d+$/, "");
  const chosen = channels.filter((channel) => form.querySelector(`[data-channel-pick][value="${channel.id}"]`)?.checked);
  const own = (channel) => form.elements[`v${channel.id}-own`]?.checked;
  if (/^v\d+$/.test(scope)) return chosen.filter((channel) => `v${channel.id}` === scope);
  return chosen.filter((channel) => !own(channel) && scopesOf(form, channel.id).includes(scope));
}

function draw(form, part, channels, words) {
  const counted = concerned(form, part, channels).map((channel) => {
    const text = textOf(form, part, channel.id);
    const shaped = besideMedia(asShaped(form, channel), part.querySelector("[data-media]"));
    const extra = channel.warning_counts ? count(form.elements.content_warning.value, shaped) : 0;
    return { channel: shaped, used: count(placed(named(text, channel.platform), channel, words), shaped) + extra };
  });
  const room = ({ channel, used }) => channel.limit - used;
  const most = Math.max(MOST, counted.filter((one) => room(one) < 0).length); // whoever is over is always shown
  const tight = new Set([...counted].sort((one, other) => room(one) - room(other)).slice(0, most));
  const shown = counted.filter((one) => tight.has(one));
  const lines = shown.map(({ channel, used }) => counter(channel, used));
  if (shown.length < counted.length) {
    const rest = document.createElement("span");
    rest.className = "muted";
    rest.textContent = words.morefit.replace("%s", counted.length - shown.length);
    lines.push(rest);
  }
  part.querySelector("[data-counts]").replaceChildren(...lines);
}

/* The channel as its chosen options make it: a story or a short film takes other lengths. */
function asShaped(form, channel) {
  const card = form.querySelector(`[data-variant="${channel.id}"]`);
  const fits = (shape) => card && valueOf(card, shape.option) === shape.value;
  return channel.shapes.filter(fits).reduce((so, { limit, caption, unit, link_length }) => ({ ...so, limit, caption, unit, link_length }), channel);
}

function besideMedia(channel, media) {
  return media && channel.caption ? { ...channel, limit: Math.min(channel.limit, channel.caption) } : channel;
}

function counter(channel, used) {
  const line = document.createElement("span");
  line.className = "counter";
  if (used > channel.limit) line.dataset.over = "";
  const mark = document.createElement("span");
  mark.className = "platform platform-small";
  mark.dataset.platform = channel.platform;
  mark.setAttribute("aria-hidden", "true");
  mark.textContent = channel.mark;
  const name = document.createElement("span");
  name.className = "visually-hidden";
  name.textContent = `${channel.name}: `;
  const value = document.createElement("output");
  value.textContent = `${used} / ${channel.limit}`;
  line.append(mark, name, value);
  return line;
}
