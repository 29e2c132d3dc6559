/* A text card is drawn anew by the server while it is being written. */

const form = document.querySelector("[data-card-form]");
const place = document.querySelector("[data-card-preview]");
const PAUSE = 350; // milliseconds without a key
let timer = 0;
let asked = 0;

async function draw() {
  const number = ++asked;
  place.dataset.busy = "";
  try {
    const headers = { "X-Requested-With": "fetch" };
    const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form), headers, redirect: "manual" });
    if (!answer.ok) throw new Error(String(answer.status));
    const html = await answer.text();
    if (number === asked) place.innerHTML = html;
  } catch {
    return; // what was drawn last stays; saving tells what is wrong
  } finally {
    if (number === asked) delete place.dataset.busy;
  }
}

const soon = () => { clearTimeout(timer); timer = setTimeout(draw, PAUSE); };
form.addEventListener("input", soon);
form.addEventListener("change", soon);
place.addEventListener("click", (event) => {
  const fix = event.target.closest("[data-card-fix]");
  if (!fix) return;
  event.preventDefault();
  for (const [name, value] of new URLSearchParams(fix.value)) form.elements[name].value = value;
  draw();
});
