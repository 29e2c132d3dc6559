// The review queue by keyboard: one post is the current one, and its visible buttons carry the keys.
// j and k go on and back, a approves, r opens the reason. shortcuts.js presses what carries data-shortcut.
import "./preview_theme.js";

const queue = document.querySelector("[data-review]");
const posts = queue ? [...queue.querySelectorAll("[data-post]")] : [];

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

if (posts.length) {
  const asked = location.hash ? document.querySelector(location.hash) : null;
  if (posts.includes(asked)) goTo(asked);
  else setCurrent(posts[0]);
}
