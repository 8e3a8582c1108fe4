// The owner's session in this page. The cookie is half of it; the other half is kept in
// this origin's own storage, and goes in a header: no program at another port has it.

import { button, field, form, make, save, say, show, tick } from "./page.js";
import { t } from "./words.js";

const STORED = "releve-page";
const stores = [sessionStorage, localStorage];

const secret = () => stores.map((one) => one.getItem(STORED)).find((one) => one);

function keep(page, stay) {
  forget();
  (stay ? localStorage : sessionStorage).setItem(STORED, page);
}

export function forget() {
  for (const one of stores) one.removeItem(STORED);
}

export const signedIn = () => Boolean(secret());

class Refused extends Error {
  constructor(status, problem, words) {
    super(problem.detail ?? String(status));
    this.status = status;
    this.kind = (problem.type ?? "").replace("/docs#", "");
    this.words = words;
  }
}

/** Ask the box; raise Refused, whose `words` are the household's. */
export async function call(path, body = undefined, method = undefined) {
  const headers = { Accept: "application/json" };
  if (secret()) headers["Releve-Page"] = secret();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await fetch(`/api/v1/owner/${path}`, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: "no-store",
  }).catch(() => {
    throw new Refused(0, {}, t("lost"));
  });
  const document = await answer.json().catch(() => ({}));
  if (answer.ok) return document;
  throw new Refused(answer.status, document, said(answer, document));
}

/** Give a button that keeps a consent's receipt. */
export const receipt = (consent, properties = {}) => button(t("receipt"), async () =>
  save(`${consent}.jsonld`, await call(`consents/${consent}/receipt`)), properties);

function said(answer, problem) {
  if (answer.status === 429) {
    return t("tooMany", { seconds: answer.headers.get("Retry-After") ?? "60" });
  }
  const words = { "sign-in-refused": "refusedSignIn", "password-refused": "tooShort",
    "credential-needed": "over", "decision-refused": "ended" }[(problem.type ?? "").replace("/docs#", "")];
  return words ? t(words) : t("failed", { detail: problem.detail ?? answer.status });
}

/** Show a page to who is signed in, else the door; and the door when a session ends. */
export async function behind(draw) {
  if (!signedIn()) return door(draw);
  try {
    await draw();
  } catch (error) {
    if (error.status !== 401) {
      show(error.words ?? t("failed", { detail: String(error) }),
        button(t("again"), () => behind(draw), { className: "lead" }));
      return;
    }
    forget();
    door(draw);
    say(t("over"), true);
  }
}

/** Have an act of a page end at the door when its session has ended. */
export async function still(draw, act) {
  try {
    await act();
  } catch (error) {
    if (error.status !== 401) throw error;
    forget();
    door(draw);
    say(t("over"), true);
  }
}

function door(draw) {
  show(t("signInTitle"), make("p", { textContent: t("signInWhy") }), byPassword(draw),
    byCode(draw));
}

async function enter(path, told, draw) {
  const answer = await call(path, told);
  keep(answer.page, told.stay);
  await behind(draw);
}

/** Name who signs in, for what keeps passwords: there is one owner. */
const whoever = () => make("input", { type: "text", autocomplete: "username", hidden: true,
  value: "Relevé", readOnly: true });

function byPassword(draw) {
  const password = make("input", { type: "password", required: true,
    autocomplete: "current-password" });
  const [row, stay] = tick(t("stay"));
  return form(
    () => enter("sign-in", { password: password.value, stay: stay.checked }, draw),
    whoever(), field(t("password"), password), row,
    make("button", { className: "lead", textContent: t("signIn") }));
}

function byCode(draw) {
  const code = make("input", { type: "text", required: true, autocomplete: "one-time-code",
    spellcheck: false, autocapitalize: "characters" });
  const password = make("input", { type: "password", required: true, minLength: 10,
    maxLength: 200, autocomplete: "new-password" });
  const [row, stay] = tick(t("stay"));
  const told = () => ({ code: code.value, password: password.value, stay: stay.checked });
  return make("section", { "aria-labelledby": "pairing" },
    make("h2", { id: "pairing", textContent: t("pairTitle") }),
    make("p", { textContent: t("pairWhy") }),
    form(() => enter("password", told(), draw), whoever(),
      field(t("pairCode"), code),
      field(t("newPassword"), password), row,
      make("button", { textContent: t("setPassword") })));
}
