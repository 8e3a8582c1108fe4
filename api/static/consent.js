// The consent screen: a service's code, what it asks, the home's own figures, a choice.

import { chart } from "./chart.js";
import { behind, call, receipt, still } from "./door.js";
import { button, field, form, make, pairs, say, section, show, tick } from "./page.js";
import { channels, narrowing, presence } from "./terms.js";
import { about, language, length, t } from "./words.js";

function askCode() {
  const code = make("input", { type: "text", required: true, autocomplete: "off",
    spellcheck: false, autocapitalize: "characters" });
  show(t("consentTitle"), make("p", { textContent: t("typeCode") }),
    form(() => still(askCode, () => open(code.value)), field(t("userCode"), code),
      make("button", { className: "lead", textContent: t("show") })));
}

async function open(code) {
  try {
    await request(await call("requests", { code }));
  } catch (error) {
    if (error.status !== 404) throw error;
    say(t("noRequest"), true);
  }
}

async function request(asked) {
  const lines = asked.lines.map((line, place) => new Line(line, place, asked.declared));
  const decide = form(() => still(askCode, () => approve(asked, lines)),
    ...lines.map((line) => line.element),
    make("div", { className: "acts" },
      make("button", { className: "lead", textContent: t("approve") }),
      button(t("refuse"), () => still(askCode, () => refuse(asked)))));
  // shown whole: nothing may move under a finger that agrees
  await Promise.all(lines.map((line) => line.preview()));
  show(t("consentTitle"), who(asked), decide);
}

function who(asked) {
  const said = asked.declared;
  const far = (yes, words) => make("span", { className: yes ? "warn" : "", textContent: words });
  const leaves = said.leaves_home ? t("leavesYes", { recipients: said.recipients })
    : t("leavesNo");
  return section("who", said.name,
    make("p", { className: "warn", textContent: t("declaredAll") }),
    ...(asked.service ? [make("p", { textContent: t("known") })] : []),
    pairs([
      [t("controller"), said.controller],
      [t("contact"), said.contact],
      [t("leaves"), far(said.leaves_home, leaves)],
      [t("retention"), said.retention ? length(said.retention) : t("retentionNone")],
      [t("outside"), far(said.outside_eu, said.outside_eu ? t("outsideYes") : t("outsideNo"))],
      ...(said.origin ? [[t("origin"), said.origin]] : []),
    ]));
}

class Line {
  constructor(line, place, declared) {
    this.terms = line.terms;
    this.only = line.meters.length === 1 ? line.meters[0].id : null;
    [this.fields, this.told] = narrowing(line.terms,
      { changed: () => this.preview(), asked: true });
    [this.allowRow, this.allow] = tick(t("allow", { what: about(line.terms) }));
    this.meters = this.only ? [] : line.meters.map((meter) => {
      const [row, input] = tick(meter.place ? `${meter.id} (${meter.place})` : meter.id,
        { value: meter.id });
      return { row, input };
    });
    this.known = line.meters.map((meter) => meter.id);
    this.warning = make("p", { className: "warn", textContent: t("presence") });
    this.leaves = declared.leaves_home;
    [this.secondRow, this.second] = tick(t("second"));
    this.figures = make("div", { "aria-live": "off" });
    const choice = this.only ? [] : [make("fieldset", {},
      make("legend", { textContent: t("meters") }), ...this.meters.map((one) => one.row))];
    this.element = make("section", { "aria-labelledby": `line-${place}` },
      make("h2", { id: `line-${place}`, textContent: about(line.terms) }),
      pairs([
        [`${t("purpose")} (${t("declared")})`, line.terms.purpose],
        [t("channels"), channels(line.terms)],
        ...(this.only ? [[t("meter"), this.only]] : []),
      ]),
      ...(this.known.length
        ? [this.warning, make("h3", { textContent: t("wouldSee") }), this.figures,
          make("h3", { textContent: t("choice") }), this.fields, ...choice,
          this.allowRow, this.secondRow]
        : [make("p", { textContent: t("noMeter") })]));
    this.warn();
  }

  warn() {
    const now = this.told();
    this.warning.hidden = !presence(now);
    this.secondRow.hidden = !this.needsSecond();
  }

  needsSecond() {
    const now = this.told();
    return this.leaves && now.class === "live_power" && now.granularity === "live";
  }

  async preview() {
    this.warn();
    const terms = this.told();
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const drawn = [];
    for (const meter of this.known) {
      const seen = await call("preview", { meter, terms }).catch(() => ({ registers: [] }));
      if (turn !== this.turn) return; // asked anew meanwhile
      if (this.known.length > 1) {
        drawn.push(make("p", { textContent: t("onMeter", { meter }) }));
      }
      const charts = seen.registers.filter((one) => one.rows.length)
        .map((one) => chart(one.title[language], one, terms.fluid));
      const none = ["event", "contract", "advice"].includes(terms.class)
        ? t("noFigures") : t("wouldSeeNone");
      drawn.push(...(charts.length ? charts : [make("p", { textContent: none })]));
    }
    this.figures.replaceChildren(...drawn);
  }

  /** Give the choice, or what keeps it from being one; null where nothing is ticked. */
  choice() {
    if (!this.allow.checked) return null;
    const meters = this.only ? [this.only]
      : this.meters.filter((one) => one.input.checked).map((one) => one.input.value);
    if (!meters.length) {
      throw wrong(t("pickMeter", { what: about(this.terms) }), this.meters[0]?.input);
    }
    if (this.needsSecond() && !this.second.checked) {
      throw wrong(t("secondNeeded"), this.second);
    }
    return { terms: this.told(), meters };
  }
}

/** Say what keeps a choice from being one, and the place where it is mended. */
const wrong = (words, place) => Object.assign(new Error(words), { words, place });

async function approve(asked, lines) {
  const choices = lines.map((line) => line.choice()).filter((one) => one);
  if (!choices.length) throw wrong(t("nothing"));
  const { consents } = await call("requests/approve", { request: asked.request,
    digest: asked.digest, choices, language });
  done(t("approved"), t("approvedWhat", { name: asked.declared.name }), choices.map((one, place) => {
    const id = `granted-${place}`;
    return make("li", {}, make("p", { id, textContent: about(one.terms) }),
      receipt(consents[place], { "aria-describedby": id }));
  }));
}

async function refuse(asked) {
  await call("requests/refuse", { request: asked.request, digest: asked.digest });
  done(t("refused"), t("refusedWhat"), []);
}

function done(title, words, granted) {
  show(title, make("p", { textContent: words }),
    ...(granted.length ? [make("ul", { className: "consents" }, ...granted)] : []),
    make("p", {}, make("a", { href: "/", textContent: t("back") })),
    make("p", {}, button(t("another"), askCode)));
}

behind(async () => {
  await call("sessions"); // is this session still one?
  askCode();
});
