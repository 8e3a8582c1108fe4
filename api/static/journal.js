// Who read what: the read journal, as sentences.

import { make, section } from "./page.js";
import { about, days, number, t, when, word } from "./words.js";

const SHOWN = 30;

/** Give the section of what was read, the household's own reading apart. */
export function journal({ reads: lines = [] }, home) {
  const mine = lines.filter((line) => line.service === "owner");
  const theirs = lines.filter((line) => line.service !== "owner");
  const listed = (some) => make("ul", { className: "reads" },
    ...some.slice(0, SHOWN).map((line) => read(line, home)));
  const shown = theirs.length
    ? [make("p", { className: "small", textContent: t("readsWhy") }), listed(theirs)]
    : [make("p", { textContent: t("noReads") })];
  const own = mine.length ? [make("details", {},
    make("summary", { textContent: t("ownReads") }), listed(mine))] : [];
  return [section("reads", t("reads"), ...shown, ...own)];
}

function read(line, home) {
  const who = line.service === "owner" ? t("owner") : line.name ?? t("gone");
  const fluid = home.meters.find((one) => one.id === line.meter)?.fluid;
  const what = about({ fluid: fluid ?? line.meter, class: line.consent_class,
    granularity: line.grain });
  const of = days(line.start, line.end);
  return make("li", {},
    make("p", {}, make("strong", { textContent: who }), ` · ${what}`),
    make("p", { className: "small", textContent: [
      line.rows === 1 ? t("readOne", { days: of }) : t("read", { count: number(line.rows), days: of }),
      t("readWhen", { when: when(line.last, home.at), way: word("ways", line.channel) }),
    ].join(". ") + "." }));
}
