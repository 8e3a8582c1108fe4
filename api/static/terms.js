// The terms of a consent as the household may narrow them: never wider than asked.

import { field, make } from "./page.js";
import { length, t, word } from "./words.js";

const GRAINS = ["live", "30min", "hour", "day", "month"];
const PERIODS = ["P3Y", "P2Y", "P1Y", "P6M", "P3M", "P1M", "P30D", "P7D", "P1D"];

function months(period) {
  const [, years = 0, rest = 0] = /P(?:(\d+)Y)?(?:(\d+)M)?/.exec(period) ?? [];
  return 12 * Number(years) + Number(rest);
}

function days(period) {
  const [, weeks = 0, rest = 0] = /(?:(\d+)W)?(?:(\d+)D)?$/.exec(period) ?? [];
  const whole = months(period);
  return Math.floor(whole / 12) * 366 + (whole % 12) * 31 + 7 * Number(weeks) + Number(rest);
}

const shorter = (asked) => [asked, ...PERIODS.filter((one) =>
  months(one) <= months(asked) && days(one) < days(asked))];

/** Offer values, the first of which is what there is, or what is asked. */
function picked(values, said, asked) {
  return make("select", {}, ...values.map((value, place) => make("option", { value,
    textContent: asked && place === 0 ? t("asked", { what: said(value) }) : said(value) })));
}

/** Give the fields with which terms are narrowed, and what they say then. */
export function narrowing(terms, { changed = () => {}, asked = false } = {}) {
  const coarser = terms.class === "event" ? [terms.granularity]
    : GRAINS.slice(GRAINS.indexOf(terms.granularity));
  const grain = picked(coarser, (one) => word("grains", one), asked);
  const history = picked(shorter(terms.history), length, asked);
  const duration = picked(shorter(terms.duration), length, asked);
  for (const one of [grain, history]) one.addEventListener("change", changed);
  const fields = make("div", { className: "narrowing" }, field(t("grain"), grain),
    field(t("history"), history), field(t("duration"), duration));
  const told = () => ({ ...terms, granularity: grain.value, history: history.value,
    duration: duration.value });
  return [fields, told];
}

/** Tell whether it shows when somebody is at home. */
export const presence = (terms) => terms.fluid !== "gas"
  && ["live", "30min", "hour"].includes(terms.granularity);

export const channels = (terms) =>
  terms.channels.map((one) => word("ways", one)).join(", ");
