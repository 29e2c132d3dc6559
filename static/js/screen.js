// One item after the other on a screen in the hall. Asks for news now and then; without an answer the last ones stay.
const stage = document.querySelector("[data-slides]");
let shown = -1;

function slides() {
  const now = Date.now();
  return [...stage.querySelectorAll("[data-slide]")].filter((one) => !(Date.parse(one.dataset.until) < now));
}

function next() {
  const every = slides();
  for (const one of stage.querySelectorAll("[data-slide]")) one.hidden = true;
  if (!every.length) return;
  shown = (shown + 1) % every.length;
  every[shown].hidden = false;
}

async function renew() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-slides]");
    if (!fresh) return;
    stage.replaceChildren(...fresh.children);
    shown = -1;
    next();
  } catch {
    // No network at the moment: what is there stays.
  }
}

next();
setInterval(next, Number(stage.dataset.seconds) * 1000);
setInterval(renew, Number(stage.dataset.again) * 1000);
