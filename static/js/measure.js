// How long a text is, in every unit a platform counts in. The same as channels_app/measure.py;
// tests/channels/measure_cases.json holds both to one table.
//
// A limit is {limit, unit, link_length, also: [[limit, unit], …]}.

const MASTODON_LINK = 23;
const X_LINK = 23;
const X_LIGHT = [[0, 4351], [8192, 8205], [8208, 8223], [8242, 8247]];

const SPACE = "\\t\\n\\r\\f\\v \\u00a0\\u1680\\u2000-\\u200b\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff";
const NAME = "\\p{L}\\p{M}\\p{N}";
const HOST = `(?:[${NAME}](?:[${NAME}_\\-]*[${NAME}])?\\.)+(?:\\p{L}{2,}|xn--[a-z0-9\\-]+)`;
const BEFORE = `(?<![${NAME}@#$_\\/.:\\-])`;
const LINK = new RegExp(`${BEFORE}https?:\\/\\/[^${SPACE}<>"]{1,2000}`, "giu");
const NAMED = new RegExp(`^https?:\\/\\/${HOST}(?::\\d+)?(?:[\\/?#]|$)`, "iu");
const BARE = new RegExp(`${BEFORE}${HOST}(?![${NAME}@_\\-])(?::\\d+)?(?:[\\/?#][^${SPACE}<>"]{0,2000})?`, "giu");
const REMOTE = new RegExp(
  `(?<![${NAME}=\\/_@])@([a-zA-Z0-9_]+(?:[a-zA-Z0-9_.\\-]*[a-zA-Z0-9_])?)@[${NAME}_.\\-]*[${NAME}]`,
  "gu",
);
const EMOJI = /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[#*0-9]\ufe0f?\u20e3)/u;
const TEXT_EMOJI = /^(?:[©®™♟](?!\ufe0f)|\p{Extended_Pictographic}\ufe0e)/u;
const ENDINGS = new Set(
  ("com org net edu gov mil int info biz museum library books app dev blog social online site events community " +
    "education academy london berlin wales scot cat news page city art test").split(" "),
);
const NOT_ENDINGS = new Set("md py sh js ts id is am me no so to it in at be do".split(" "));
const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
const encoder = new TextEncoder();

export function plainNewlines(text) {
  return text.replaceAll("\r\n", "\n");
}

function withoutTrailing(text) {
  let kept = text;
  while (kept) {
    const last = kept.at(-1);
    const unpaired =
      (last === ")" && kept.split("(").length < kept.split(")").length) || (last === "]" && !kept.includes("["));
    if (!".,;:!?'’”»*".includes(last) && !unpaired) break;
    kept = kept.slice(0, -1);
  }
  return kept;
}

function meantAsHost(text) {
  const host = text.split(/[/?#:]/u, 1)[0];
  const ending = host.slice(host.lastIndexOf(".") + 1);
  if (host.toLowerCase().startsWith("www.") || text.includes("/")) return true;
  if (ending !== ending.toLowerCase() || !/^[\x00-\x7f]*$/u.test(ending)) return false;
  return ENDINGS.has(ending) || (ending.length === 2 && !NOT_ENDINGS.has(ending));
}

function link(start, text, scheme = "") {
  const kept = withoutTrailing(text);
  return { kind: "link", start, end: start + kept.length, value: scheme + kept };
}

// start and end are JavaScript's own offsets (UTF-16), for use with text.slice.
export function links(text, { bare = false } = {}) {
  const found = [...text.matchAll(LINK)].map((match) => link(match.index, match[0]));
  if (bare) {
    const taken = new Uint8Array(text.length);
    for (const span of found) taken.fill(1, span.start, span.end);
    for (const match of text.matchAll(BARE)) {
      const end = match.index + match[0].length;
      const free = !taken.subarray(match.index, end).includes(1);
      if (free && meantAsHost(match[0])) found.push(link(match.index, match[0], "https://"));
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

function linksReplaced(text, length) {
  const pieces = [];
  let at = 0;
  for (const span of links(text)) {
    if (!NAMED.test(span.value)) continue;
    pieces.push(text.slice(at, span.start), "x".repeat(length));
    at = span.end;
  }
  return pieces.join("") + text.slice(at);
}

function graphemes(text) {
  let total = 0;
  for (const _ of segmenter.segment(text)) total += 1;
  return total;
}

function mastodon(text, length) {
  return graphemes(linksReplaced(text, length ?? MASTODON_LINK).replace(REMOTE, "@$1"));
}

function heavy(char) {
  const point = char.codePointAt(0);
  return X_LIGHT.some(([low, high]) => low <= point && point <= high) ? 100 : 200;
}

function weight(text) {
  let total = 0;
  for (const { segment } of segmenter.segment(text)) {
    if (EMOJI.test(segment) && !TEXT_EMOJI.test(segment)) total += 200;
    else for (const char of segment) total += heavy(char);
  }
  return total;
}

function emojiBytes(text) {
  let total = 0;
  for (const { segment } of segmenter.segment(text)) {
    const emoji = EMOJI.test(segment) && !TEXT_EMOJI.test(segment);
    total += emoji ? encoder.encode(segment).length : [...segment].length;
  }
  return total;
}

function weighted(given, length) {
  const text = given.normalize("NFC");
  let total = 0;
  let at = 0;
  for (const span of links(text, { bare: true })) {
    total += weight(text.slice(at, span.start)) + (length ?? X_LINK) * 100;
    at = span.end;
  }
  return Math.ceil((total + weight(text.slice(at))) / 100);
}

const COUNTERS = {
  graphemes,
  codepoints: (text) => [...text].length,
  utf16: (text) => text.length,
  bytes: (text) => encoder.encode(text).length,
  mastodon,
  weighted,
  emoji_bytes: emojiBytes,
};

export function count(given, limit, unit = limit.unit) {
  let text = plainNewlines(given);
  const length = limit.link_length ?? null;
  if (length !== null && unit !== "mastodon" && unit !== "weighted") text = linksReplaced(text, length);
  return COUNTERS[unit](text, length);
}

// Every limit that holds, the main one first: [{used, limit, unit, left, fits}].
export function countsFor(text, limit, beside = "") {
  return [[limit.limit, limit.unit], ...(limit.also ?? [])].map(([most, unit]) => {
    const used = count(text, limit, unit) + (beside ? count(beside, limit, unit) : 0);
    return { used, limit: most, unit, left: most - used, fits: used <= most };
  });
}
