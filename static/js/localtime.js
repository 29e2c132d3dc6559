// <time data-local datetime="…">: the text keeps the unit's zone, as the server wrote it; the title adds the reader's
// own zone when that differs.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const format = new Intl.DateTimeFormat(document.documentElement.lang || undefined, { dateStyle: "medium", timeStyle: "short", timeZone: zone });

function explain(scope) {
  for (const time of scope.querySelectorAll?.("time[data-local][datetime]") ?? []) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime()) && !time.title) time.title = `${format.format(at)} (${zone})`;
  }
}

explain(document);
document.addEventListener("htmx:load", (event) => explain(event.detail.elt));
