// Times, sizes and money as people read them, in their own zone and language.

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const STYLES = {
  t: { timeStyle: "short" }, T: { timeStyle: "medium" }, d: { dateStyle: "short" }, D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" }, F: { dateStyle: "full", timeStyle: "short" },
  s: { dateStyle: "short", timeStyle: "short" }, S: { dateStyle: "short", timeStyle: "medium" },
};
const UNITS = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];

export const timeText = (iso) => clock.format(new Date(iso));
export const dayText = (iso) => day.format(new Date(iso));
export const wholeText = (iso) => whole.format(new Date(iso));

export function relativeText(seconds) {
  const away = seconds - Date.now() / 1000;
  const [unit, size] = UNITS.find(([, one]) => Math.abs(away) >= one) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }).format(Math.round(away / size), unit);
}

export function timestampText(seconds, style) {
  if (style === "R") return relativeText(seconds);
  return new Intl.DateTimeFormat(undefined, STYLES[style] ?? STYLES.f).format(new Date(seconds * 1000));
}

export function sizeText(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

export function moneyText(nano) {
  const dollars = nano / 1e9;
  return `$${dollars.toFixed(dollars !== 0 && Math.abs(dollars) < 1 ? 3 : 2)}`;
}

const HUES = [262, 205, 335, 25, 155, 290, 180, 10];

/** A colour for somebody, always the same. */
export function hueOf(id) {
  return HUES[Number(BigInt(id || 0) >> 22n) % HUES.length];
}
