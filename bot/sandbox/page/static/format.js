// Times, sizes and money as people read them, in their own zone and language.

const CLOCK = { hour: "2-digit", minute: "2-digit" };
const DAY = { day: "numeric", month: "long", year: "numeric" };
const STYLES = {
  t: { timeStyle: "short" }, T: { timeStyle: "medium" }, d: { dateStyle: "short" }, D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" }, F: { dateStyle: "full", timeStyle: "short" },
  s: { dateStyle: "short", timeStyle: "short" }, S: { dateStyle: "short", timeStyle: "medium" },
};
const UNITS = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];

let language; // undefined: the browser's own
const formats = new Map();

/** From now on, times are written as in this language; English is left to the browser, which knows whose. */
export function writeTimesIn(locale) {
  language = locale === "en-US" ? undefined : locale;
  formats.clear();
}

function written(date, style) {
  if (!formats.has(style)) formats.set(style, new Intl.DateTimeFormat(language, style));
  return formats.get(style).format(date);
}

export const timeText = (iso) => written(new Date(iso), CLOCK);
export const dayText = (iso) => written(new Date(iso), DAY);
export const wholeText = (iso) => written(new Date(iso), STYLES.F);

export function relativeText(seconds) {
  const away = seconds - Date.now() / 1000;
  const [unit, size] = UNITS.find(([, one]) => Math.abs(away) >= one) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(Math.round(away / size), unit);
}

export function timestampText(seconds, style) {
  if (style === "R") return relativeText(seconds);
  return written(new Date(seconds * 1000), STYLES[style] ?? STYLES.f);
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
