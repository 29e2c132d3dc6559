// The review queue by keyboard: one post is the current one, and its visible buttons carry the keys.
// j and k go on and back, a approves, r opens the reason, e edits; x chooses what was
// looked at, A approves that. shortcuts.js presses what carries data-shortcut.
// What was on the screen for two seconds is told to the server, and may be approved with others in one act.
import "./preview_theme.js";

const queue = document.querySelector("[data-review]");
const posts = queue ? [...queue.querySelectorAll("[data-post]")] : [];
const LOOK = 2000; // milliseconds

function setCurrent(post) {
  for (const other of posts) {
    const current = other === post;
    other.toggleAttribute("data-current", current);
    for (const button of other.querySelectorAll("[data-key]")) {
      if (current) button.dataset.shortcut = button.dataset.key;
      else delete button.dataset.shortcut;
    }
  }
}

function goTo(post) {
  setCurrent(post);
  post.focus({ preventScroll: true });
  post.scrollIntoView({ block: "start" });
}

queue?.addEventListener("click", (event) => {
  const step = event.target.closest("[data-step]");
  if (!step) return;
  const next = posts[posts.indexOf(step.closest("[data-post]")) + Number(step.dataset.step)];
  if (next) {
    event.preventDefault();
    goTo(next);
  }
});

queue?.addEventListener("focusin", (event) => {
  const post = event.target.closest("[data-post]");
  if (post && !post.hasAttribute("data-current")) setCurrent(post);
});

// Opening the reason puts the cursor into it, at once: the next key is already part of the answer.
document.addEventListener("click", (event) => {
  const summary = event.target.closest(".decide-no > summary");
  if (!summary) return;
  event.preventDefault();
  const details = summary.parentElement;
  details.open = !details.open;
  if (details.open) details.querySelector("textarea").focus();
});

// --- seen, and several in one act ------------------------------------------------

const bar = document.getElementById("approve-seen");
const timers = new Map();

async function tell(post) {
  const body = new URLSearchParams({ post: post.dataset.post, digest: post.dataset.digest, stamp: queue.dataset.stamp });
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  try {
    const answer = await fetch(queue.dataset.seen, { method: "POST", body, headers: { "X-CSRFToken": token } });
    if (answer.ok) post.dataset.wasSeen = "";
  } catch {
    timers.delete(post); // it is told when the post comes into sight again
  }
}

// In sight: half of it, or as much of it as the window can hold.
function look(entries) {
  for (const entry of entries) {
    const post = entry.target;
    const inSight = entry.isIntersecting && (entry.intersectionRatio >= 0.5 || entry.intersectionRect.height >= window.innerHeight * 0.5);
    if (inSight && !timers.has(post) && !("wasSeen" in post.dataset)) timers.set(post, setTimeout(() => tell(post), LOOK));
    if (!inSight && !("wasSeen" in post.dataset)) {
      clearTimeout(timers.get(post));
      timers.delete(post);
    }
  }
}

function counted() {
  const chosen = document.querySelectorAll("[data-pick]:checked").length;
  const count = bar.querySelector("[data-bar-count]");
  count.hidden = chosen === 0;
  count.textContent = String(chosen);
  bar.querySelector("[data-bar-do]").disabled = chosen === 0;
}

if (bar) {
  const watcher = new IntersectionObserver(look, { threshold: [0, 0.1, 0.25, 0.5, 0.75, 1] });
  for (const box of document.querySelectorAll("[data-pick]")) {
    const post = box.closest("[data-post]");
    if ("seenAlready" in box.dataset) post.dataset.wasSeen = "";
    else watcher.observe(post);
    box.addEventListener("change", counted);
  }
  bar.querySelector("[data-pick-seen]").addEventListener("click", () => {
    for (const box of document.querySelectorAll("[data-pick]")) box.checked = "wasSeen" in box.closest("[data-post]").dataset;
    counted();
  });
  counted();
}

if (posts.length) {
  const asked = location.hash ? document.querySelector(location.hash) : null;
  if (posts.includes(asked)) goTo(asked);
  else setCurrent(posts[0]);
}
