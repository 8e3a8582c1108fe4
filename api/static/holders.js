// Who holds what, with how to have it less, not for now, or not any more.

import { call, receipt } from "./door.js";
import { button, form, make, section, tick } from "./page.js";
import { channels, narrowing } from "./terms.js";
import { about, date, length, t } from "./words.js";

/** Give the section of the services; `act` does something and stays on the page. */
export function holders({ services: held = [] }, act) {
  const ask = make("p", {}, make("a", { href: "/consent", textContent: t("askLink") }));
  if (!held.length) {
    return [section("services", t("services"), make("p", { textContent: t("noServices") }), ask)];
  }
  const all = held.every((one) => one.paused);
  const turn = button(all ? t("resumeAll") : t("pauseAll"),
    () => act(() => call(`services/${all ? "resume" : "pause"}`, { services: [] }),
      all ? t("resumed") : t("pausedAll")), { className: "lead", id: "turn-all" });
  return [section("services", t("services"), make("div", { className: "acts" }, turn),
    ...held.map((one) => service(one, act)), ask)];
}

const warn = (text) => make("p", { className: "warn", textContent: text });

function service(one, act) {
  const id = `service-${one.id}`;
  const said = one.declared;
  const turn = button(one.paused ? t("resume") : t("pause"),
    () => act(() => call(`services/${one.paused ? "resume" : "pause"}`,
      { services: [one.id] }), one.paused ? t("resumed") : t("paused")),
    { "aria-describedby": id, id: `turn-${one.id}` });
  return make("article", { "aria-labelledby": id },
    make("h3", { id, tabIndex: -1, textContent: said.name }),
    make("p", { className: "small", textContent:
      `${said.controller} · ${said.contact} (${t("declared")})` }),
    ...(said.leaves_home ? [make("p", { className: "small", textContent:
      t("sendsOut", { recipients: said.recipients }) })] : []),
    ...(one.paused ? [warn(t(one.restored ? "restored" : "paused"))] : []),
    make("div", { className: "acts" }, turn),
    make("ul", { className: "consents" }, ...one.consents.map((each) => consent(each, one, act))));
}

function consent(each, one, act) {
  const what = about(each.terms);
  const id = `consent-${each.id}`;
  const places = [`service-${one.id}`, "services"];
  const after = one.declared.leaves_home
    ? ` ${t("letter", { contact: one.declared.contact, id: each.id })}` : "";
  const back = button(t("withdraw"),
    () => act(() => call("consents/withdraw", { consents: [each.id] }),
      t("withdrawn", { what }) + after, ...places),
    { "aria-describedby": id, id: `back-${each.id}` });
  const kept = [t("past", { length: length(each.terms.history) }), channels(each.terms),
    each.meters.join(", ")].join(" · ");
  return make("li", {},
    make("p", { id, className: "what", textContent: what }),
    make("p", { className: "small", textContent: t("serves", { purpose: each.terms.purpose }) }),
    make("p", { className: "small", textContent: `${kept}.` }),
    make("p", { className: "small", textContent:
      `${t("given", { date: date(each.given), until: date(each.expires) })}.` }),
    ...(each.presence ? [warn(t("presence"))] : []),
    make("div", { className: "acts" }, back, receipt(each.id, { "aria-describedby": id })),
    make("details", {}, make("summary", { "aria-describedby": id, textContent: t("narrow") }),
      narrower(each, act, places)));
}

function narrower(each, act, places) {
  const [fields, told] = narrowing(each.terms);
  const ticks = each.meters.length > 1
    ? each.meters.map((meter) => [meter, ...tick(meter, { checked: true })]) : [];
  const meters = () => (ticks.length
    ? ticks.filter(([, , input]) => input.checked).map(([meter]) => meter) : each.meters);
  const of = ticks.length ? [make("fieldset", {}, make("legend", { textContent: t("meters") }),
    ...ticks.map(([, row]) => row))] : [];
  return form(
    () => act(() => call("consents/narrow",
      { consent: each.id, choice: { terms: told(), meters: meters() } }), t("narrowed"), ...places),
    fields, ...of, make("button", { textContent: t("narrowDo") }));
}
