// What flowed through each meter, and how fresh that is.

import { chart } from "./chart.js";
import { make, pairs, section } from "./page.js";
import { age, amount, clock, language, t, word } from "./words.js";

const drawn = {}; // each meter's last days, and of which hour of the home they are
let hour = "";
let grid = make("div");

/** Give a card for each meter. */
export function cards(home) {
  grid = make("div", { className: "cards" });
  keep(home);
  return grid;
}

/** Bring the cards' figures up to date, and only these. */
export function keep(home) {
  for (const meter of home.meters) {
    const known = grid.querySelector(`#meter-${CSS.escape(meter.id)}`);
    if (known) known.querySelector(".figures").replaceWith(figures(meter));
    else grid.append(card(meter, home.meters));
  }
}

function card(meter, all) {
  const id = `meter-${meter.id}`;
  const alone = all.filter((one) => one.fluid === meter.fluid).length === 1;
  const name = [word("fluids", meter.fluid), alone ? "" : meter.id, meter.place]
    .filter((one) => one).join(" · ");
  return make("section", { id, "aria-labelledby": `${id}-name` },
    make("h2", { id: `${id}-name`, textContent: name }), figures(meter),
    make("div", { className: "days" }, ...(drawn[meter.id] ? [drawn[meter.id]] : [])));
}

function figures(meter) {
  const written = (value) => amount(value, meter.unit, { fluid: meter.fluid });
  const until = meter.until ? [make("small", { textContent:
    t("until", { time: clock(meter.until) }) })] : [];
  const heard = meter.age_s === null ? t("silent") : t("heard", { age: age(meter.age_s) });
  return make("div", { className: "figures" },
    pairs([
      [t("today"), written(meter.today), ...until],
      [t("yesterday"), written(meter.yesterday)],
      [t("month"), written(meter.month)],
    ]),
    make("p", { className: "heard", textContent: heard }),
    ...(meter.quiet ? [make("p", { className: "warn", textContent: t("quiet") })] : []));
}

/** Draw each meter's last days, as who holds them would see them: each hour anew. */
export async function days(home, call) {
  const over = home.at.slice(0, 13) !== hour;
  hour = home.at.slice(0, 13);
  const asked = home.meters.filter((meter) => over || !drawn[meter.id]);
  await Promise.all(asked.map(async (meter) => {
    const terms = { type: "releve", fluid: meter.fluid, class: "energy", granularity: "day",
      history: "P1Y", channels: ["rest"], purpose: t("lastDays"), duration: "P1D" };
    const seen = await call("preview", { meter: meter.id, terms }).catch(() => ({ registers: [] }));
    const first = seen.registers.find((one) => one.rows.length);
    if (!first) return;
    const said = `${t("lastDays")} · ${first.title[language]}`;
    drawn[meter.id] = chart(said, first, meter.fluid);
    const place = grid.querySelector(`#meter-${CSS.escape(meter.id)} .days`);
    const busy = place?.contains(document.activeElement) || place?.querySelector("[open]");
    if (place && !busy) place.replaceChildren(drawn[meter.id]);
  }));
}

/** Tell of the portals that readings come from, and of what isn't well. */
export function sources({ collectors = [], troubles = [] }) {
  const portals = collectors.map(({ name, age_s: since }) => make("li", { textContent:
    since === null ? t("neverFetched", { name }) : t("fetched", { name, age: age(since) }) }));
  const wrong = troubles.map(({ name, detail }) => make("li", {}, trouble(name),
    ...(detail ? [" ", make("small", { lang: "en", textContent: detail })] : [])));
  return [
    ...(wrong.length ? [section("troubles", t("troubles"), make("ul", {}, ...wrong))] : []),
    ...(portals.length ? [section("portals", t("collectors"), make("ul", {}, ...portals))] : []),
  ];
}

function trouble(part) {
  const [kind, name = ""] = part.split(":");
  const said = { source: "troubleSource", gate: "troubleGate", collector: "troubleCollector" };
  return t(said[kind] ?? "troublePart", { name: name || part });
}
