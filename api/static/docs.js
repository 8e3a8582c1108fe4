// The API's own page: reads /api/v1/openapi.json and lists what it says. The token
// stays in this module: not in an address, a cookie or the browser's storage.

const STREAM_LIMIT = 20_000; // characters of a live stream that are shown

let token = "";

/** Make an element: text is only ever set as text. */
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function call(path, headers = {}, signal = undefined) {
  return fetch(path, {
    headers: { Authorization: `Bearer ${token}`, ...headers },
    credentials: "omit",
    signal,
  });
}

function status(text) {
  document.getElementById("status").textContent = text;
}

async function open(event) {
  event.preventDefault();
  token = document.getElementById("token").value.trim();
  try {
    const answer = await call("/api/v1/openapi.json");
    const described = await answer.json();
    if (!answer.ok) return status(described.detail);
    status("");
    show(described);
  } catch (error) {
    status(String(error));
  }
}

function show(described) {
  const routes = document.getElementById("routes");
  routes.replaceChildren(make("p", { textContent: described.info.description }));
  for (const [path, operations] of Object.entries(described.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      routes.append(route(path, method.toUpperCase(), operation));
    }
  }
  routes.append(problems(described.info["x-problems"]));
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

function route(path, method, operation) {
  const form = make("form");
  const inputs = (operation.parameters ?? []).map((parameter) => {
    const input = make("input", {
      name: parameter.name,
      required: parameter.required ?? false,
      placeholder: placeholder(parameter),
      spellcheck: false,
    });
    form.append(
      make("label", {}, parameter.name, input,
        make("small", { textContent: parameter.description ?? parameter.in })),
    );
    return [parameter, input];
  });
  const content = operation.responses["200"].content;
  const accept = Object.keys(content);
  const shown = make("pre", { hidden: true, tabIndex: 0 });
  let running = null;
  // what changes something is shown and not tried out here
  for (const type of method === "GET" ? accept : []) {
    form.append(make("button", { textContent: `Try · ${type}`, value: type }));
  }
  if (method === "GET") {
    form.append(make("button", {
      type: "button",
      textContent: "Stop",
      onclick: () => running?.abort(),
    }));
  }
  form.onsubmit = async (event) => {
    event.preventDefault();
    running?.abort();
    running = new AbortController();
    shown.hidden = false;
    const type = event.submitter?.value ?? accept[0];
    await attempt(address(path, inputs), headers(inputs, type), running.signal, shown);
  };
  const examples = Object.entries(content).map(([type, { example }]) =>
    make("details", {}, make("summary", { textContent: `Example · ${type}` }),
      make("pre", { textContent: typeof example === "string"
        ? example : JSON.stringify(example, null, 2) })));
  return make("details", {},
    make("summary", {}, make("code", { textContent: `${method} ${path}` }),
      ` · ${operation.summary}`),
    make("p", { textContent: operation.description ?? "" }), form, shown, ...examples);
}

function placeholder(parameter) {
  const schema = parameter.schema ?? {};
  const example = schema.examples?.[0] ?? schema.default;
  return String(example ?? (parameter.name === "meter" ? "linky" : ""));
}

function address(path, inputs) {
  const query = new URLSearchParams();
  let filled = path;
  for (const [parameter, input] of inputs) {
    if (!input.value) continue;
    if (parameter.in === "path") {
      filled = filled.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    } else if (parameter.in === "query") {
      query.set(parameter.name, input.value);
    }
  }
  return query.size ? `${filled}?${query}` : filled;
}

function headers(inputs, type) {
  const given = { Accept: type };
  for (const [parameter, input] of inputs) {
    if (parameter.in === "header" && input.value) given[parameter.name] = input.value;
  }
  return given;
}

async function attempt(path, given, signal, shown) {
  try {
    const answer = await call(path, given, signal);
    shown.textContent = `GET ${path}\n${answer.status} ${answer.statusText}\n\n`;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (shown.textContent.length < STREAM_LIMIT) shown.append(value);
    }
  } catch (error) {
    if (error.name !== "AbortError") shown.append(String(error));
  }
}

function problems(kinds) {
  const rows = Object.entries(kinds).map(([kind, { status: code, title }]) =>
    make("tr", { id: kind }, make("td", {}, make("code", { textContent: kind })),
      make("td", { textContent: code }), make("td", { textContent: title })));
  return make("section", {}, make("h2", { textContent: "Problems" }),
    make("table", {}, make("tbody", {}, ...rows)));
}

document.getElementById("door").addEventListener("submit", open);
