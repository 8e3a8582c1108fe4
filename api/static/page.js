// What every page of the household's has: elements, a heading to go to, a language.

import { NAMES, choose, language, t } from "./words.js";

/** Make an element; what others wrote is only ever set as text. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

let counted = 0;

/** Give a label with its field below it. */
export function field(text, input) {
  input.id ||= `field-${++counted}`;
  return make("div", { className: "field" },
    make("label", { htmlFor: input.id, textContent: text }), input);
}

/** Give a box to tick with its label beside it. */
export function tick(text, properties = {}) {
  const input = make("input", { type: "checkbox", id: `field-${++counted}`, ...properties });
  const label = make("label", { htmlFor: input.id, textContent: text });
  return [make("div", { className: "tick" }, input, label), input];
}

/** Give a list of names and values. */
export function pairs(rows) {
  return make("dl", {}, ...rows.map(([name, ...value]) =>
    make("div", {}, make("dt", { textContent: name }), make("dd", {}, ...value))));
}

/** Give a section below a heading, which the focus can be taken to. */
export function section(id, title, ...children) {
  return make("section", { "aria-labelledby": id },
    make("h2", { id, tabIndex: -1, textContent: title }), ...children);
}

/** Have the browser keep a document as a file. */
export function save(name, document_) {
  const file = new Blob([JSON.stringify(document_, null, 1)], { type: "application/ld+json" });
  const link = make("a", { href: URL.createObjectURL(file), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Show what a page is now, and take whoever reads it there. */
export function show(title, ...children) {
  const heading = make("h1", { tabIndex: -1, textContent: title });
  document.title = `${title} · Relevé`;
  document.getElementById("main").replaceChildren(...demo, heading, ...children);
  say("");
  heading.focus();
}

// a demonstration's page says so itself, whatever is shown on it; here in one language
const demo = [...document.querySelectorAll("#main > .demo")];
for (const one of demo) one.textContent = t("demo");

/** Say how something went, to eyes and ears alike. */
export function say(text, wrong = false) {
  const status = document.getElementById("status");
  status.className = wrong ? "wrong" : "";
  status.textContent = text;
}

/** Have a form do something, once at a time. */
export function form(act, ...children) {
  const element = make("form", { noValidate: false }, ...children);
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    await once(element, () => act(event));
  });
  return element;
}

/** Give a button that does something, once at a time. */
export function button(text, act, properties = {}) {
  const element = make("button", { type: "button", textContent: text, ...properties });
  element.addEventListener("click", () => once(element, act));
  return element;
}

async function once(element, act) {
  if (element.getAttribute("aria-busy") === "true") return;
  element.setAttribute("aria-busy", "true");
  try {
    await act();
  } catch (error) {
    say(error.words ?? t("failed", { detail: String(error) }), true);
    error.place?.focus(); // where what is missing goes
  } finally {
    element.removeAttribute("aria-busy");
  }
}

function languages() {
  const nav = document.getElementById("languages");
  nav.setAttribute("aria-label", t("language"));
  nav.replaceChildren(...Object.entries(NAMES).map(([name, text]) => {
    const choice = make("button", { type: "button", lang: name, textContent: text });
    choice.setAttribute("aria-pressed", String(name === language));
    choice.addEventListener("click", () => choose(name));
    return choice;
  }));
}

languages();
