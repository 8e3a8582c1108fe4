// What the household reads, in French and English. A page is told its language by the
// server (Accept-Language); whoever chose another here is remembered by this browser.

const STORED = "releve-language";

const WORDS = {
  fr: {
    code: "Code",
    signIn: "Se connecter",
    signInTitle: "Connexion",
    signInWhy: "Cette page montre votre foyer : elle demande votre mot de passe.",
    password: "Mot de passe",
    stay: "Rester connecté sur cet appareil",
    pairTitle: "Première fois, ou mot de passe oublié",
    pairWhy: "Dans un terminal sur le boîtier, la commande « releve pair » affiche un code, valable dix minutes. Tapez-le ici et choisissez un mot de passe.",
    pairCode: "Code d’appairage",
    newPassword: "Nouveau mot de passe (10 caractères au moins)",
    setPassword: "Choisir ce mot de passe",
    refusedSignIn: "Ce n’est pas le bon mot de passe, ou le bon code. Un code sert une fois et vaut dix minutes.",
    tooShort: "Le mot de passe doit avoir de 10 à 200 caractères.",
    tooMany: "Trop d’essais : attendez {seconds} s, puis recommencez.",
    failed: "Cela n’a pas marché : {detail}",
    lost: "Le boîtier ne répond pas.",
    ended: "Cela ne se peut pas, ou plus : la demande est finie, ou le choix dépasse ce qui était demandé.",
    browser: "Un navigateur",
    on: "{browser} sur {system}",
    over: "Votre session est finie : connectez-vous à nouveau.",
    homeTitle: "Chez vous",
    demo: "Démonstration : tout ce qui se lit ici est inventé.",
    today: "Aujourd’hui",
    yesterday: "Hier",
    month: "Ce mois-ci",
    unknown: "inconnu",
    until: "compté jusqu’à {time}",
    heard: "Dernier relevé : il y a {age}",
    silent: "Rien n’a encore été relevé.",
    lastDays: "Les derniers jours",
    troubles: "Ce qui ne va pas",
    services: "Qui lit vos données",
    noServices: "Aucun service ne lit vos données.",
    askLink: "Un service vous a donné un code ? Tapez-le ici",
    pauseAll: "Tout mettre en pause",
    resumeAll: "Tout reprendre",
    pause: "Mettre en pause",
    resume: "Reprendre",
    paused: "En pause : il ne reçoit rien.",
    pausedAll: "Tout est en pause. Ce qui tombe dans la pause ne sera jamais transmis.",
    resumed: "La pause est finie.",
    withdraw: "Retirer",
    withdrawn: "Retiré : {what}. Le service ne reçoit plus rien à ce titre.",
    letter: "Pour faire effacer ce qui est déjà parti, écrivez à {contact} ; la commande « releve consents letter {id} » donne la lettre.",
    receipt: "Reçu",
    restored: "En pause depuis qu’une sauvegarde a été restaurée : ce que vous avez retiré depuis n’y est pas. Vérifiez, retirez ce qui doit l’être, puis reprenez.",
    narrow: "Restreindre",
    narrowed: "Restreint.",
    narrowDo: "Remplacer par ce choix",
    given: "accordé le {date}, jusqu’au {until}",
    reads: "Qui a lu quoi",
    readsCaption: "Le journal des lectures, les plus récentes d’abord",
    noReads: "Aucun service n’a rien lu.",
    ownReads: "Vos propres lectures",
    who: "Qui",
    what: "Quoi",
    period: "De quelle période",
    when: "Quand",
    how: "Par où",
    lines: "Lignes",
    owner: "vous",
    gone: "un service qui n’est plus",
    sessions: "Navigateurs connectés",
    signOut: "Déconnecter",
    signOutHere: "Se déconnecter",
    here: "celui-ci",
    since: "depuis le {date}, vu le {used}",
    consentTitle: "Un service demande à lire vos données",
    typeCode: "Tapez le code que le service affiche.",
    userCode: "Code du service",
    show: "Voir la demande",
    noRequest: "Aucune demande n’attend sous ce code. Les codes valent dix minutes : faites demander à nouveau. Après cinq codes faux, il faut attendre dix minutes.",
    declared: "déclaré, non vérifié",
    declaredAll: "Tout ceci est déclaré par le service, et non vérifié.",
    known: "Ce service lit déjà des données chez vous et en demande d’autres.",
    controller: "Responsable",
    contact: "Contact",
    leaves: "Sortie du foyer",
    leavesYes: "Oui : les données quittent la maison, pour {recipients}",
    leavesNo: "Non : les données restent à la maison",
    retention: "Gardées",
    retentionNone: "durée non dite",
    outside: "Hors de l’Union européenne",
    yes: "oui",
    no: "non",
    purpose: "Pour",
    history: "Passé montré",
    duration: "Durée de l’accord",
    channels: "Par où",
    grain: "Finesse",
    meters: "Compteurs",
    allow: "J’accorde : {what}",
    presence: "Attention : à cette finesse, on voit quand quelqu’un est à la maison.",
    second: "Oui, je sais que ma puissance en direct quittera la maison : on y lit quand je suis là et ce que je fais.",
    secondNeeded: "Il faut un second oui pour ce qui quitte la maison en direct.",
    wouldSee: "Ce qu’il verrait",
    wouldSeeNone: "Rien pour l’instant à cette finesse.",
    noFigures: "Pas de chiffres : ce sont des événements, au moment où ils arrivent, ou les dates d’un contrat.",
    onMeter: "Compteur {meter}",
    approve: "Accorder ce qui est coché",
    refuse: "Refuser (pour 30 jours)",
    nothing: "Rien n’est coché. Cochez ce que vous accordez, ou refusez.",
    pickMeter: "Choisissez au moins un compteur : {what}.",
    approved: "C’est accordé. « {name} » peut lire ce que vous avez coché, et rien d’autre.",
    refusedDone: "C’est refusé. Ce service ne peut plus demander avant 30 jours.",
    back: "Voir votre foyer, et retirer quand vous voulez",
    another: "Une autre demande",
    value: "Valeur",
    start: "Début",
    table: "Les chiffres",
    chart: "{title}, {count} valeurs du {first} au {last}, de {low} à {high}",
    language: "Langue",
    classes: {
      energy: "quantités consommées ou produites",
      energy_by_tariff: "quantités par période tarifaire",
      max_power: "puissance maximale",
      live_power: "puissance instantanée",
      contract: "contrat et tarif",
      event: "événements (dépassement, fuite…)",
      advice: "conseils tirés des mesures",
    },
    fluids: { electricity: "Électricité", gas: "Gaz", water: "Eau" },
    grains: {
      live: "en direct, à la seconde", "30min": "par demi-heure", hour: "par heure",
      day: "par jour", month: "par mois", year: "par an", raw: "à la seconde",
      "1min": "à la minute", facts: "dates du contrat",
    },
    ways: {
      rest: "à la demande (HTTP)", sse: "en continu (HTTP)", mqtt: "par MQTT",
      page: "cette page",
    },
    units: { Y: ["an", "ans"], M: ["mois", "mois"], D: ["jour", "jours"], W: ["semaine", "semaines"] },
    and: " et ",
  },
  en: {
    code: "Code",
    signIn: "Sign in",
    signInTitle: "Sign in",
    signInWhy: "This page shows your home: it asks for your password.",
    password: "Password",
    stay: "Stay signed in on this device",
    pairTitle: "First time, or password forgotten",
    pairWhy: "In a terminal on the box, the command “releve pair” shows a code, good for ten minutes. Type it here and choose a password.",
    pairCode: "Pairing code",
    newPassword: "New password (10 characters at least)",
    setPassword: "Choose this password",
    refusedSignIn: "This is not the right password, or not the right code. A code is good once, for ten minutes.",
    tooShort: "The password must have 10 to 200 characters.",
    tooMany: "Too many attempts: wait {seconds} s, then try again.",
    failed: "That did not work: {detail}",
    lost: "The box does not answer.",
    ended: "This can’t be, or not any more: the request has ended, or the choice goes beyond what was asked.",
    browser: "A browser",
    on: "{browser} on {system}",
    over: "Your session is over: sign in again.",
    homeTitle: "Your home",
    demo: "Demonstration: all that is read here is invented.",
    today: "Today",
    yesterday: "Yesterday",
    month: "This month",
    unknown: "unknown",
    until: "counted until {time}",
    heard: "Last reading: {age} ago",
    silent: "Nothing was read yet.",
    lastDays: "The last days",
    troubles: "What is not well",
    services: "Who reads your data",
    noServices: "No service reads your data.",
    askLink: "A service gave you a code? Type it here",
    pauseAll: "Pause everything",
    resumeAll: "Resume everything",
    pause: "Pause",
    resume: "Resume",
    paused: "Paused: it gets nothing.",
    pausedAll: "Everything is paused. What falls into the pause is never told.",
    resumed: "The pause is over.",
    withdraw: "Withdraw",
    withdrawn: "Withdrawn: {what}. The service gets nothing of it any more.",
    letter: "To have what has already left erased, write to {contact}; the command “releve consents letter {id}” gives the letter.",
    receipt: "Receipt",
    restored: "Paused since a backup was restored: it doesn’t know what you withdrew since. Look, withdraw what has to be, then resume.",
    narrow: "Narrow",
    narrowed: "Narrowed.",
    narrowDo: "Put this in its place",
    given: "given on {date}, until {until}",
    reads: "Who read what",
    readsCaption: "The read journal, the newest first",
    noReads: "No service has read anything.",
    ownReads: "Your own reading",
    who: "Who",
    what: "What",
    period: "Of which period",
    when: "When",
    how: "Which way",
    lines: "Rows",
    owner: "you",
    gone: "a service that is no more",
    sessions: "Browsers signed in",
    signOut: "Sign out",
    signOutHere: "Sign out here",
    here: "this one",
    since: "since {date}, seen {used}",
    consentTitle: "A service asks to read your data",
    typeCode: "Type the code that the service shows.",
    userCode: "Code of the service",
    show: "See the request",
    noRequest: "No request waits under this code. Codes are good for ten minutes: have it ask again. After five wrong codes, you have to wait ten minutes.",
    declared: "declared, not verified",
    declaredAll: "All of this is declared by the service, and not verified.",
    known: "This service reads data of your home already and asks for more.",
    controller: "Answers for it",
    contact: "Contact",
    leaves: "Leaves the home",
    leavesYes: "Yes: data leaves the home, to {recipients}",
    leavesNo: "No: data stays at home",
    retention: "Kept for",
    retentionNone: "a time it does not say",
    outside: "Outside the European Union",
    yes: "yes",
    no: "no",
    purpose: "What for",
    history: "Past shown",
    duration: "How long you agree",
    channels: "Which way",
    grain: "How fine",
    meters: "Meters",
    allow: "I allow: {what}",
    presence: "Careful: as fine as this, it shows when somebody is at home.",
    second: "Yes, I know that my live power will leave the home: it tells when I am there and what I do.",
    secondNeeded: "What leaves the home live needs a second yes.",
    wouldSee: "What it would see",
    wouldSeeNone: "Nothing for now, this fine.",
    noFigures: "No figures: these are events as they happen, or the dates of a contract.",
    onMeter: "Meter {meter}",
    approve: "Allow what is ticked",
    refuse: "Refuse (for 30 days)",
    nothing: "Nothing is ticked. Tick what you allow, or refuse.",
    pickMeter: "Choose a meter at least: {what}.",
    approved: "Allowed. “{name}” may read what you ticked, and nothing else.",
    refusedDone: "Refused. This service may not ask again for 30 days.",
    back: "See your home, and withdraw when you like",
    another: "Another request",
    value: "Value",
    start: "Start",
    table: "The figures",
    chart: "{title}, {count} values from {first} to {last}, between {low} and {high}",
    language: "Language",
    classes: {
      energy: "amounts used or produced",
      energy_by_tariff: "amounts by tariff period",
      max_power: "largest power",
      live_power: "power at each moment",
      contract: "contract and tariff",
      event: "events (overload, leak…)",
      advice: "advice from readings",
    },
    fluids: { electricity: "Electricity", gas: "Gas", water: "Water" },
    grains: {
      live: "live, each second", "30min": "each half-hour", hour: "each hour",
      day: "each day", month: "each month", year: "each year", raw: "each second",
      "1min": "each minute", facts: "dates of the contract",
    },
    ways: {
      rest: "when asked (HTTP)", sse: "as a stream (HTTP)", mqtt: "by MQTT",
      page: "this page",
    },
    units: { Y: ["year", "years"], M: ["month", "months"], D: ["day", "days"], W: ["week", "weeks"] },
    and: " and ",
  },
};
export const NAMES = { fr: "Français", en: "English" };

function chosen() {
  const stored = localStorage.getItem(STORED);
  return stored in WORDS ? stored : document.documentElement.lang;
}

export const language = chosen();
document.documentElement.lang = language;
/** How this browser's people write dates and numbers in the language chosen. */
const locale = navigator.languages.find((one) => one.startsWith(language)) ?? language;

export function choose(name) {
  localStorage.setItem(STORED, name);
  location.reload();
}

/** Give a sentence, its {places} filled with text. */
export function t(key, values = {}) {
  return WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** Give a word of a table; what it lacks is shown as it is. */
export function word(table, key) {
  return WORDS[language][table][key] ?? String(key);
}

/** Say "P1Y6M" in words. */
export function length(period) {
  const parts = [...period.matchAll(/(\d+)([YMWD])/g)].map(([, count, unit]) =>
    `${count} ${WORDS[language].units[unit][count > 1 ? 1 : 0]}`);
  return parts.join(WORDS[language].and);
}

/** Say what some terms are about: "Electricity: amounts used, each day". */
export function about(terms) {
  return `${word("fluids", terms.fluid)} : ${word("classes", terms.class)}, `
    .replace(" :", language === "fr" ? " :" : ":") + word("grains", terms.granularity);
}

/** Write an instant as its own clock shows it, wherever the browser is. */
export function instant(text, style = { dateStyle: "medium", timeStyle: "short" }) {
  const wall = new Date(`${text.slice(0, 19)}Z`);
  return new Intl.DateTimeFormat(locale, { ...style, timeZone: "UTC" }).format(wall);
}

export const date = (text) => instant(text, { dateStyle: "medium" });
/** Write the days of [start, end): one, or the first and the last. */
export function days(start, end) {
  const last = new Date(Date.parse(`${end.slice(0, 19)}Z`) - 1).toISOString();
  const both = [start, last].map(date);
  return both[0] === both[1] ? both[0] : both.join(" – ");
}

export const clock = (text) => instant(text, { timeStyle: "short" });

/** Name a browser by what it says of itself, which is long and mostly untrue. */
export function browser(agent) {
  const find = (...names) => names.find((name) => agent.includes(name));
  const name = { Edg: "Edge", OPR: "Opera" }[find("Edg", "OPR")]
    ?? find("Firefox", "Chrome", "Safari") ?? t("browser");
  const system = find("Android", "iPhone", "iPad", "Windows", "Mac", "Linux");
  return system ? t("on", { browser: name, system }) : name;
}

/** Write a number of seconds as the largest unit that fits. */
export function age(seconds) {
  const [size, unit] = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]]
    .find(([each]) => seconds >= each) ?? [1, "second"];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" })
    .format(Math.max(0, Math.floor(seconds / size)));
}

/** Write an amount in the unit that people know. */
export function amount(value, unit) {
  if (value === null || value === undefined) return t("unknown");
  if (typeof value !== "number") return String(value);
  const [size, name] = { Wh: [1000, "kWh"], l: [1000, "m³"], L: [1000, "m³"] }[unit]
    ?? [1, unit ?? ""];
  const number = new Intl.NumberFormat(locale,
    size === 1 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 4 })
    .format(value / size);
  return `${number} ${name}`.trim();
}
