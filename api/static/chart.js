// Figures as bars, with what they say in words, and as a table for who wants each.

import { make } from "./page.js";
import { amount, between, date, instant, t } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [320, 80];
const DATES = ["day", "month", "year"];
const SECONDS = { dateStyle: "medium", timeStyle: "medium" };

function shape(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/** Draw a register's rows {start, value}: a picture, its words, and its table. */
export function chart(title, { rows, unit, step }, fluid) {
  const shown = DATES.includes(step) ? date
    : (text) => instant(text, step === "raw" ? SECONDS : undefined);
  const written = (value, exact = false) => amount(value, unit, { fluid, exact });
  const known = rows.filter((row) => typeof row.value === "number");
  const parts = known.length > 1 ? picture(title, rows, known, step, shown, written) : [];
  return make("figure", {}, make("figcaption", { textContent: title }), ...parts,
    make("details", {}, make("summary", { textContent: t("table"),
      "aria-label": `${t("table")} · ${title}` }), table(rows, shown, written)));
}

function picture(title, rows, known, step, shown, written) {
  const values = known.map((row) => row.value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [first, last] = [rows[0].start, rows[rows.length - 1].start];
  const said = { title, count: known.length, first: shown(first), last: shown(last),
    days: between(first, last, DATES.includes(step)), low: written(low), high: written(high) };
  const bars = spans(rows, step).map(([left, right], place) => {
    const { value } = rows[place];
    const tall = value > 0 && high > 0 ? Math.max(1, value / high * HEIGHT) : 0;
    return shape("rect", { x: left * WIDTH, y: HEIGHT - tall,
      width: Math.max(0.5, (right - left) * WIDTH), height: tall });
  });
  return [
    shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": t("chart", said),
      class: "chart", preserveAspectRatio: "none" }, ...bars),
    make("p", { className: "small", "aria-hidden": "true", textContent: t("range", said) }),
  ];
}

/** Place each row in time, from 0 to 1; a change lasts until the next one. */
function spans(rows, step) {
  const starts = rows.map((row) => Date.parse(row.start));
  const gaps = starts.slice(1).map((start, place) => start - starts[place]);
  const wide = Math.min(...gaps.filter((gap) => gap > 0));
  const [first, last] = [starts[0], starts[starts.length - 1] + wide];
  return starts.map((start, place) => {
    const end = step === "raw" ? starts[place + 1] ?? last : start + wide * 0.8;
    return [start, end].map((at) => (at - first) / (last - first));
  });
}

function table(rows, shown, written) {
  const head = make("tr", {}, make("th", { scope: "col", textContent: t("start") }),
    make("th", { scope: "col", textContent: t("value") }));
  const body = [...rows].reverse().map((row) => make("tr", {},
    make("td", { textContent: shown(row.start) }),
    make("td", { textContent: written(row.value, true) })));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...body));
}
