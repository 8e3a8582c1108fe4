// Figures as bars, with what they say in words, and as a table for who wants each.

import { make } from "./page.js";
import { amount, date, instant, t } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [320, 80];

function shape(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/** Draw rows {start, value} of one register: a picture, its words, and its table. */
export function chart(title, rows, unit, step) {
  const shown = step === "day" || step === "month" || step === "year" ? date : instant;
  const known = rows.filter((row) => typeof row.value === "number");
  const parts = [];
  if (known.length > 1) parts.push(picture(title, rows, known, unit, shown));
  parts.push(make("details", {}, make("summary", { textContent: `${t("table")} · ${title}` }),
    table(rows, unit, shown)));
  return make("figure", {}, make("figcaption", { textContent: title }), ...parts);
}

function picture(title, rows, known, unit, shown) {
  const values = known.map((row) => row.value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const words = t("chart", {
    title, count: known.length, first: shown(rows[0].start),
    last: shown(rows[rows.length - 1].start), low: amount(low, unit),
    high: amount(high, unit),
  });
  const wide = WIDTH / rows.length;
  const bars = rows.map((row, place) => {
    const tall = row.value > 0 && high > 0 ? Math.max(1, row.value / high * HEIGHT) : 0;
    return shape("rect", { x: place * wide, y: HEIGHT - tall,
      width: Math.max(0.5, wide * 0.8), height: tall });
  });
  return shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": words,
    class: "chart", preserveAspectRatio: "none" }, ...bars);
}

function table(rows, unit, shown) {
  const head = make("tr", {}, make("th", { scope: "col", textContent: t("start") }),
    make("th", { scope: "col", textContent: t("value") }));
  const body = [...rows].reverse().map((row) => make("tr", {},
    make("td", { textContent: shown(row.start) }),
    make("td", { textContent: amount(row.value, unit) })));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...body));
}
