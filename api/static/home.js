// The owner's page: what flowed, who holds what, who read what, and taking it back.

import { chart } from "./chart.js";
import { behind, call, forget, receipt, still } from "./door.js";
import { button, form, make, pairs, say, show, tick } from "./page.js";
import { channels, narrowing } from "./terms.js";
import { about, age, amount, browser, clock, date, days, instant, language, length, t, word } from "./words.js";

const EACH_MS = 10_000;
const READS_SHOWN = 30;
let fluids = make("div");

async function draw() {
  const [home, held, read, open] = await Promise.all(
    ["home", "services", "reads", "sessions"].map((one) => quiet(one)));
  fluids = make("div", { className: "cards" });
  amounts(home);
  show(t("homeTitle"),
    ...(home.demo && !document.querySelector(".demo") ? [make("p", { className: "demo", textContent: t("demo") })] : []),
    fluids, ...troubles(home), services(held), reads(read), sessions(open));
  for (const meter of home.meters) lately(meter);
}

/** Ask for a part of the page; what isn't there is an empty one. */
async function quiet(part) {
  try {
    return await call(part);
  } catch (error) {
    if (error.status !== 404) throw error;
    return {};
  }
}

function amounts(home) {
  for (const meter of home.meters) {
    const id = `meter-${meter.id}`;
    const said = pairs([
      [t("today"), amount(meter.today, meter.unit), small(meter.until && t("until", { time: clock(meter.until) }))],
      [t("yesterday"), amount(meter.yesterday, meter.unit)],
      [t("month"), amount(meter.month, meter.unit)],
    ]);
    const heard = meter.age_s === null ? t("silent") : t("heard", { age: age(meter.age_s) });
    const known = document.getElementById(id);
    const figures = make("div", { className: "figures" }, said,
      make("p", { className: "heard", textContent: heard }));
    if (known) {
      known.querySelector(".figures").replaceWith(figures);
      continue;
    }
    const name = meter.place ? `${meter.id} (${meter.place})` : meter.id;
    fluids.append(make("section", { id, "aria-labelledby": `${id}-name` },
      make("h2", { id: `${id}-name`, textContent: `${word("fluids", meter.fluid)} · ${name}` }),
      figures, make("div", { className: "days" })));
  }
}

const small = (text) => (text ? make("small", { textContent: text }) : "");

/** Draw a meter's last days, as a service that holds them would see them. */
async function lately(meter) {
  const terms = { type: "releve", fluid: meter.fluid, class: "energy", granularity: "day",
    history: "P1Y", channels: ["rest"], purpose: t("lastDays"), duration: "P1D" };
  const seen = await call("preview", { meter: meter.id, terms }).catch(() => ({ registers: [] }));
  const first = seen.registers.find((one) => one.rows.length);
  const place = document.getElementById(`meter-${meter.id}`)?.querySelector(".days");
  if (first && place) {
    place.replaceChildren(chart(`${t("lastDays")} · ${first.title[language]}`, first.rows,
      first.unit, first.step));
  }
}

function troubles(home) {
  if (!home.troubles.length) return [];
  return [section("troubles", t("troubles"), make("ul", {}, ...home.troubles.map((one) =>
    make("li", { textContent: one.detail ? `${one.name}: ${one.detail}` : one.name }))))];
}

function section(id, title, ...children) {
  return make("section", { "aria-labelledby": id },
    make("h2", { id, textContent: title }), ...children);
}

function services({ services: held = [] }) {
  const all = held.length > 0 && held.every((one) => one.paused);
  const ask = make("p", {}, make("a", { href: "/consent", textContent: t("askLink") }));
  if (!held.length) {
    return section("services", t("services"), make("p", { textContent: t("noServices") }), ask);
  }
  const turn = button(all ? t("resumeAll") : t("pauseAll"),
    () => act(() => call(`services/${all ? "resume" : "pause"}`, { services: [] }),
      all ? t("resumed") : t("pausedAll")), { className: "lead" });
  return section("services", t("services"), make("div", { className: "acts" }, turn), ask,
    ...held.map(service));
}

function service(one) {
  const id = `service-${one.id}`;
  const turn = button(one.paused ? t("resume") : t("pause"),
    () => act(() => call(`services/${one.paused ? "resume" : "pause"}`,
      { services: [one.id] }), one.paused ? t("resumed") : t("paused")),
    { "aria-describedby": id });
  return make("article", { "aria-labelledby": id },
    make("h3", { id, textContent: one.declared.name }),
    make("p", {}, `${one.declared.controller} · ${one.declared.contact} `,
      make("small", { textContent: `(${t("declared")})` })),
    ...(one.paused ? [make("p", { className: "warn", textContent: t(one.restored ? "restored" : "paused") })] : []),
    make("div", { className: "acts" }, turn),
    make("ul", { className: "consents" }, ...one.consents.map((each) => consent(each, one))));
}

function consent(each, one) {
  const what = about(each.terms);
  const id = `consent-${each.id}`;
  const after = one.declared.leaves_home ? ` ${t("letter", { contact: one.declared.contact, id: each.id })}` : "";
  const back = button(t("withdraw"),
    () => act(() => call("consents/withdraw", { consents: [each.id] }),
      t("withdrawn", { what }) + after),
    { "aria-describedby": id });
  const [fields, told] = narrowing(each.terms);
  const ticks = each.meters.length > 1
    ? each.meters.map((meter) => [meter, ...tick(meter, { checked: true })]) : [];
  const meters = () => (ticks.length
    ? ticks.filter(([, , input]) => input.checked).map(([meter]) => meter) : each.meters);
  const of = ticks.length ? [make("fieldset", {}, make("legend", { textContent: t("meters") }),
    ...ticks.map(([, row]) => row))] : [];
  const narrow = form(
    () => act(() => call("consents/narrow",
      { consent: each.id, choice: { terms: told(), meters: meters() } }), t("narrowed")),
    fields, ...of, make("button", { textContent: t("narrowDo") }));
  return make("li", {},
    make("p", { id, className: "what", textContent: `${what} · ${each.meters.join(", ")}` }),
    make("p", {}, make("small", { textContent: [
      each.terms.purpose, channels(each.terms), length(each.terms.history),
      t("given", { date: date(each.given), until: date(each.expires) }),
    ].join(" · ") })),
    ...(each.presence ? [make("p", { className: "warn", textContent: t("presence") })] : []),
    back, receipt(each.id, { "aria-describedby": id }),
    make("details", {}, make("summary", { textContent: `${t("narrow")} · ${what}` }), narrow));
}

/** Do something, then show the page anew and say how it went. */
async function act(does, words) {
  await still(draw, async () => {
    await does();
    await draw();
    say(words);
  });
}

function reads({ reads: lines = [] }) {
  const mine = lines.filter((line) => line.service === "owner");
  const theirs = lines.filter((line) => line.service !== "owner");
  const shown = theirs.length ? listed(theirs, t("readsCaption"))
    : make("p", { textContent: t("noReads") });
  const own = mine.length ? [make("details", {}, make("summary", { textContent: t("ownReads") }),
    listed(mine, t("ownReads")))] : [];
  return section("reads", t("reads"), shown, ...own);
}

function listed(lines, caption) {
  const columns = ["who", "what", "period", "when", "how", "lines"];
  const head = make("tr", {}, ...columns.map((one) =>
    make("th", { scope: "col", textContent: t(one) })));
  const rows = lines.slice(0, READS_SHOWN).map((line) => make("tr", {}, ...[
    line.service === "owner" ? t("owner") : line.name ?? t("gone"),
    `${line.meter} · ${word("classes", line.consent_class)} · ${word("grains", line.grain)}`,
    days(line.start, line.end),
    instant(line.last),
    word("ways", line.channel),
    String(line.rows),
  ].map((text) => make("td", { textContent: text }))));
  const table = make("table", {}, make("caption", { textContent: caption }),
    make("thead", {}, head), make("tbody", {}, ...rows));
  return make("div", { className: "wide", tabIndex: 0, role: "region", "aria-label": caption },
    table);
}

function sessions({ sessions: open = [] }) {
  const rows = open.map((one) => make("li", {},
    make("p", { id: `session-${one.id}`, textContent:
      `${browser(one.agent)} · ${t("since", { date: date(one.begun), used: instant(one.used) })}${one.mine ? ` (${t("here")})` : ""}` }),
    one.mine ? button(t("signOutHere"), leave)
      : button(t("signOut"), () => act(() => call(`sessions/${one.id}`, undefined, "DELETE"), ""),
        { "aria-describedby": `session-${one.id}` })));
  return section("sessions", t("sessions"), make("ul", { className: "consents" }, ...rows));
}

async function leave() {
  await call("sessions/mine", undefined, "DELETE").catch(() => {});
  forget();
  await behind(draw);
}

setInterval(async () => {
  if (document.hidden || !fluids.isConnected) return;
  const home = await call("home").catch(() => null);
  if (home && fluids.isConnected) amounts(home);
}, EACH_MS);

behind(draw);
