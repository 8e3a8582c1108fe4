// Where a browser comes back to from the household's Cozy: which one it is, then a yes.

import { behind, call, still } from "./door.js";
import { form, make, pairs, say, show } from "./page.js";
import { t } from "./words.js";

const query = new URLSearchParams(location.search);
const state = query.get("state") ?? "";
const code = query.get("code") ?? "";
const refused = query.has("error");
// the code is good once, and is no business of what this browser remembers
history.replaceState(null, "", location.pathname);

async function draw() {
  await call("sessions"); // is this session still one?
  if (refused || !state || !code) {
    const why = t(refused ? "cozyRefused" : "cozyNothing");
    show(t("cozyTitle"), make("p", { textContent: why }));
    return;
  }
  let asked;
  try {
    asked = await call("cozy/asked", { state });
  } catch (error) {
    if (error.status !== 404) throw error;
    show(t("cozyTitle"), make("p", { textContent: t("cozyNothing") }));
    return;
  }
  show(t("cozyTitle"), make("p", { textContent: t("cozyWhy") }),
    pairs([[t("cozyAddress"), make("strong", { textContent: asked.url })]]),
    form(() => still(draw, connect),
      make("button", { className: "lead", textContent: t("cozyYes") })));
}

async function connect() {
  try {
    const { connected } = await call("cozy/connect", { state, code });
    show(t("cozyDone"), make("p", { textContent: t("cozyNext", { url: connected }) }));
  } catch (error) {
    if (error.status !== 409) throw error;
    say(t("cozyFailed"), true);
  }
}

behind(draw);
