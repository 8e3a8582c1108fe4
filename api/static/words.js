// How the household is told things: in its language, with its numbers, dates and units.
// A page is told its language by the server (Accept-Language); whoever chose another
// here is remembered by this browser.

import en from "./en.js";
import fr from "./fr.js";

const STORED = "releve-language";
const WORDS = { fr, en };
export const NAMES = { fr: "Français", en: "English" };

function chosen() {
  const stored = localStorage.getItem(STORED);
  return stored in WORDS ? stored : document.documentElement.lang;
}

export const language = chosen();
document.documentElement.lang = language;
/** How this browser's people write dates and numbers in the language chosen. */
const locale = navigator.languages.find((one) => one.startsWith(language)) ?? language;

export function choose(name) {
  localStorage.setItem(STORED, name);
  location.reload();
}

/** Keep French signs on the line of their word: a thin space, or a full one. */
const spaced = (text) => (language === "fr" ? text.replace(/ ([;!?])/g, "\u202f$1")
  .replace(/ ([:»])/g, "\u00a0$1").replace(/« /g, "«\u00a0") : text);

/** Give a sentence, its {places} filled with text. */
export function t(key, values = {}) {
  return spaced(WORDS[language][key])
    .replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** Give a word of a table; what it lacks is shown as it is. */
export function word(table, key) {
  return WORDS[language][table][key] ?? String(key);
}

/** Say "P1Y6M" in words. */
export function length(period) {
  const parts = [...period.matchAll(/(\d+)([YMWD])/g)].map(([, count, unit]) =>
    `${count}\u00a0${WORDS[language].units[unit][count > 1 ? 1 : 0]}`);
  return parts.join(t("and"));
}

/** Say what is counted of a fluid: only electricity is produced at home too. */
const counted = (fluid, kind) =>
  WORDS[language].classes[`${fluid}_${kind}`] ?? word("classes", kind);

/** Say what some terms are about: "Electricity: energy used or produced, each day". */
export function about({ fluid, class: kind, granularity }) {
  return t("about", { fluid: word("fluids", fluid), what: counted(fluid, kind),
    grain: word("grains", granularity) });
}

/** Read an instant as its own clock shows it, wherever the browser is. */
const wall = (text) => new Date(`${text.slice(0, 19)}Z`);
const written = (style) => new Intl.DateTimeFormat(locale, { ...style, timeZone: "UTC" });
const BOTH = { dateStyle: "medium", timeStyle: "short" };

export const instant = (text, style = BOTH) => written(style).format(wall(text));

export const date = (text) => instant(text, { dateStyle: "medium" });

export const clock = (text) => instant(text, { timeStyle: "short" });

/** Say when something was, seen from the home's own day. */
export function when(text, now) {
  const time = clock(text);
  return text.slice(0, 10) === now.slice(0, 10) ? t("todayAt", { time })
    : t("atMoment", { day: date(text), time });
}

/** Write the days of [start, end): one, or the first and the last. */
export function days(start, end) {
  const [first, last] = [start, new Date(Date.parse(`${end.slice(0, 19)}Z`) - 1).toISOString()]
    .map(date);
  return first === last ? t("oneDay", { day: first }) : t("manyDays", { first, last });
}

/** Write two instants as briefly as can be: "1–30 nov. 2026". */
export const between = (first, last, dates) =>
  written(dates ? { dateStyle: "medium" } : BOTH).formatRange(wall(first), wall(last));

/** Name a browser by what it says of itself, which is long and mostly untrue. */
export function browser(agent) {
  const find = (...names) => names.find((name) => agent.includes(name));
  const name = { Edg: "Edge", OPR: "Opera" }[find("Edg", "OPR")]
    ?? find("Firefox", "Chrome", "Safari") ?? t("browser");
  const system = find("Android", "iPhone", "iPad", "Windows", "Mac", "Linux");
  return system ? t("on", { browser: name, system }) : name;
}

/** Say how long ago something was, in the largest unit that fits: "2 hours ago". */
export function age(seconds) {
  const [size, unit] = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]]
    .find(([each]) => seconds >= each) ?? [1, "second"];
  return new Intl.RelativeTimeFormat(locale)
    .format(-Math.max(0, Math.floor(seconds / size)), unit);
}

/** Write a number as people do. */
export const number = (value, style = {}) =>
  new Intl.NumberFormat(locale, style).format(value);

/** Write an amount in the unit that people know: a litre is water's own, below 1 m³. */
export function amount(value, unit, { fluid = "", exact = false } = {}) {
  if (value === null || value === undefined) return t("unknown");
  if (typeof value !== "number") return String(value);
  const litres = fluid === "water" && Math.abs(value) < 1000;
  const [size, name] = { Wh: [1000, "kWh"], L: litres ? [1, "L"] : [1000, "m³"] }[unit]
    ?? [1, unit ?? ""];
  const large = Math.abs(value / size) >= 1000;
  const style = exact || large ? { maximumFractionDigits: large && !exact ? 0 : 3 }
    : { maximumSignificantDigits: 3 };
  return name ? `${number(value / size, style)}\u00a0${name}` : number(value / size, style);
}
