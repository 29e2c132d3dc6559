/* Where part of a page is drawn anew, the focus stays with what it was on, as far as that is still there. */

const STOPS = "a[href], button, summary, input, select, textarea, [tabindex]";

function signOf(one) {
  if (one.id) return `#${one.id}`;
  const words = one.matches("input, select, textarea") ? "" : one.textContent.trim();
  return [one.tagName, one.name, one.matches("button") ? one.value : "", one.getAttribute("href"), one.getAttribute("aria-label"), words].join("|");
}

const alike = (place, sign) => [...place.querySelectorAll(STOPS)].filter((one) => signOf(one) === sign);

/* Called before the change; what it answers is called after it, with the part as it is now. */
export function hold(place) {
  const at = document.activeElement;
  if (!place?.contains(at) || at === document.body) return () => {};
  const sign = signOf(at);
  const nth = Math.max(0, alike(place, sign).indexOf(at));
  return (now = place) => {
    if (document.activeElement !== document.body && document.activeElement?.isConnected) return;
    const same = alike(now, sign);
    const next = same[nth] ?? same[0] ?? now;
    if (next === now && !now.hasAttribute("tabindex")) now.tabIndex = -1;
    next.focus({ preventScroll: true });
  };
}
