/* Mentions in a text, `@[Friends of the Library]`, as a channel says them: the twin of posts/names.py `said`. */

const TOKEN = /@\[([^[\]\n]{1,120})\]/gu;
const book = new Map();

export function setBook(rows) {
  for (const { name, handles } of rows) book.set(name.toLowerCase(), handles);
}

export function named(text, platform) {
  return text.includes("@[") ? text.replace(TOKEN, (_whole, name) => book.get(name.trim().toLowerCase())?.[platform] || name.trim()) : text;
}
