/* Moments of a film as people write them: 1:02.5. The twin of posts/cues.py. */

export function seconds(typed) {
  const found = /^(?:(?:(\d{1,2}):)?(\d{1,3}):)?(\d{1,5})(?:[.,](\d{1,3}))?$/.exec(typed.trim());
  if (!found) return null;
  const [, hours, minutes, whole, part] = found;
  return Number(hours || 0) * 3600 + Number(minutes || 0) * 60 + Number(whole) + Number((part || "0").padEnd(3, "0")) / 1000;
}

export function clock(moment) {
  const thousandths = Math.round(moment * 1000);
  const rest = ((thousandths % 60000) / 1000).toFixed(3).padStart(6, "0").replace(/0{1,2}$/, "");
  const minutes = Math.floor(thousandths / 60000);
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}
