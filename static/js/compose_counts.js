/* Live counts in each platform's own unit, by the same rules as channels_app.measure. */
import { count } from "./measure.js";

export function setUpCounts(form) {
  const channels = JSON.parse(document.getElementById("compose-channels").textContent);
  const show = (part) => draw(form, part, channels);
  const all = () => form.querySelectorAll("[data-part]").forEach(show);
  form.addEventListener("input", (event) => {
    const part = event.target.closest("[data-part]");
    if (part) show(part);
    if (event.target.name === "content_warning") all();
  });
  form.addEventListener("change", all);
  all();
}

function concerned(form, part, channels) {
  const scope = part.dataset.name.replace(/-\d+$/, "");
  const chosen = channels.filter((channel) => form.querySelector(`[data-channel-pick][value="${channel.id}"]`)?.checked);
  if (scope !== "base") return chosen.filter((channel) => `v${channel.id}` === scope);
  return chosen.filter((channel) => !form.elements[`v${channel.id}-own`]?.checked);
}

function draw(form, part, channels) {
  const text = part.querySelector("[data-text]").value;
  const lines = concerned(form, part, channels).map((channel) => {
    const extra = channel.warning_counts ? count(form.elements.content_warning.value, channel) : 0;
    return counter(channel, count(text, channel) + extra);
  });
  part.querySelector("[data-counts]").replaceChildren(...lines);
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
