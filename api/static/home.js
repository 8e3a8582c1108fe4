// The owner's page: what flowed, who holds what, who read what, and taking it back.
// It renews itself, and leaves alone what somebody is at or has open.

import { behind, call, forget, still } from "./door.js";
import { cards, days, keep, sources } from "./fluids.js";
import { holders } from "./holders.js";
import { journal } from "./journal.js";
import { button, make, say, section, show, tick } from "./page.js";
import { browser, clock, date, t, when } from "./words.js";

const EACH_MS = 10_000;
const ALL_EACH = 6; // times of which one asks for all, the others for the figures alone
const ALL = ["home", "services", "reads", "sessions"];

/** The parts below the figures: what each is made of, and how it is drawn. */
const PARTS = [
  { of: ({ home }) => [home.collectors, home.troubles], draw: ({ home }) => sources(home) },
  { of: ({ services }) => services, draw: ({ services }) => holders(services, act) },
  { of: ({ reads, home }) => [others(reads), home.at.slice(0, 10)],
    draw: ({ reads, home }) => journal(reads, home) },
  { of: ({ sessions: open }) => open, draw: ({ sessions: open, home }) => sessions(open, home) },
];
// what the household reads itself changes at each look: it is no reason to draw anew
const others = ({ reads = [] }) => reads.filter((line) => line.service !== "owner");

let told = {};
let fresh = null; // the box that keeps the page fresh, once it is shown
let [turns, lost, asking] = [0, false, false];

async function draw() {
  told = await ask(ALL);
  await days(told.home, call);
  const [row, box] = tick(t("keepFresh"), { checked: true });
  fresh = box;
  for (const part of PARTS) Object.assign(part, { slot: make("div"), key: null });
  put(false);
  show(t("homeTitle"), cards(told.home), row, ...PARTS.map((part) => part.slot));
}

/** Ask for parts of the page; what isn't there is an empty one. */
async function ask(names) {
  const given = await Promise.all(names.map((one) => call(one).catch((error) => {
    if (error.status !== 404) throw error;
    return {};
  })));
  return Object.fromEntries(names.map((one, place) => [one, given[place]]));
}

/** Draw the parts that changed; gently: not those where somebody is. */
function put(gently) {
  for (const part of PARTS) {
    const key = JSON.stringify(part.of(told));
    const busy = part.slot.contains(document.activeElement)
      || part.slot.querySelector("details[open]");
    if (key === part.key || (gently && busy)) continue;
    part.key = key;
    part.slot.replaceChildren(...part.draw(told));
  }
}

/** Do something, show what it changed, say how it went, and stay where it was asked. */
async function act(does, words, ...places) {
  await still(draw, async () => {
    const here = document.activeElement?.id;
    await does();
    Object.assign(told, await ask(ALL));
    put(false);
    [here, ...places].map((id) => id && document.getElementById(id))
      .find((one) => one)?.focus();
    say(words);
  });
}

function sessions({ sessions: open = [] }, { at }) {
  const rows = open.map((one) => {
    const id = `session-${one.id}`;
    const said = `${browser(one.agent)}${one.mine ? ` (${t("here")})` : ""}`;
    return make("li", {}, make("p", { id, className: "what", textContent: said }),
      make("p", { className: "small", textContent:
        t("since", { date: date(one.begun), used: when(one.used, at) }) }),
      one.mine ? button(t("signOutHere"), leave)
        : button(t("signOut"), () => act(() => call(`sessions/${one.id}`, undefined, "DELETE"),
          t("signedOut"), "sessions"), { "aria-describedby": id }));
  });
  return [section("sessions", t("sessions"), make("ul", { className: "consents" }, ...rows))];
}

async function leave() {
  await call("sessions/mine", undefined, "DELETE").catch(() => {});
  forget();
  await behind(draw);
}

async function renew() {
  if (asking || document.hidden || !fresh?.isConnected || !fresh.checked) return;
  asking = true; // one question at a time: the box has few places
  turns += 1;
  try {
    Object.assign(told, await ask(turns % ALL_EACH ? ["home"] : ALL));
    if (!fresh.isConnected) return;
    keep(told.home);
    put(true);
    await days(told.home, call);
    if (lost) say("");
    lost = false;
  } catch (error) {
    if (!("status" in error) || error.status === 401) throw error;
    if (!lost) say(t("lostSince", { time: clock(told.home.at) }), true);
    lost = true;
  } finally {
    asking = false;
  }
}

const renewed = () => still(draw, renew);
setInterval(renewed, EACH_MS);
document.addEventListener("visibilitychange", renewed);

behind(draw);
