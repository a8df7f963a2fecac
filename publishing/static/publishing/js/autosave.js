// Keeps what is typed on this device until it is saved, so that a closed laptop, a lost
// connection or an expired session loses nothing.
import { form } from "./form.js";

const notice = document.querySelector(".draft-notice");
const KEPT_FOR = 14 * 24 * 3600 * 1000; // milliseconds
const AFTER = 600; // milliseconds without typing
const AGAIN = 5000; // milliseconds after which a form whose answer got lost can be sent anew
const SENT = "draft-sent";

// The form of what is public, and that of the working copy, are two.
const mode = new URLSearchParams(location.search).get("op") === "site" ? "?op=site" : "";
const key = `draft:${notice?.dataset.user}:${location.pathname}${mode}`;
const entries = () =>
  [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
const typed = (all) => JSON.stringify(all.filter(([name]) => !["_base", "_form", "base"].includes(name)));

function read() {
  try {
    const draft = JSON.parse(localStorage.getItem(key));
    if (draft && Date.now() - draft.at < KEPT_FOR) return draft;
    localStorage.removeItem(key);
  } catch {
    localStorage.removeItem(key);
  }
  return null;
}

// As the server writes a moment: “24 november 2026, 9.05 uur”.
function written(at) {
  const { lang } = document.documentElement;
  const [hour, minutes] = [at.getHours(), String(at.getMinutes()).padStart(2, "0")];
  const times = { nl: `${hour}.${minutes} uur`, fr: `${hour} h ${minutes}` };
  return `${at.toLocaleDateString(lang, { dateStyle: "long" })}, ${times[lang] ?? `${String(hour).padStart(2, "0")}:${minutes}`}`;
}

function offer(draft) {
  notice.querySelector("time").textContent = written(new Date(draft.at));
  notice.hidden = false;
  notice.querySelector("[data-draft=show]").addEventListener("click", () => {
    const again = document.createElement("form");
    again.method = "post";
    const token = ["csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value];
    for (const [name, value] of [...draft.entries, token, ["_unsaved", "1"]]) {
      const input = document.createElement("textarea");
      input.name = name;
      input.value = value;
      again.append(input);
    }
    again.hidden = true;
    document.body.append(again);
    again.submit();
  });
  notice.querySelector("[data-draft=forget]").addEventListener("click", () => {
    localStorage.removeItem(key);
    notice.hidden = true;
    form.querySelector("input:not([type=hidden])")?.focus();
  });
}

// Back to an empty form after it was saved leads to the page that it made: the address says which form it was.
const token = form?.elements._form?.value;
if (token && location.pathname.endsWith("/add/")) {
  const address = new URL(location);
  address.searchParams.set("_form", token);
  history.replaceState(history.state, "", address);
}

if (form && notice) {
  const sent = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  if (sent && document.querySelector(".messagelist .success, .notices .success")) localStorage.removeItem(sent);

  const draft = read();
  const isAnswer = document.querySelector(".errornote, .conflict, .asks, .unsaved, .error-summary");
  if (draft && !isAnswer) {
    if (typed(draft.entries) === typed(entries())) localStorage.removeItem(key);
    else offer(draft);
  }

  let before;
  let timer;
  form.addEventListener("focusin", () => (before ??= typed(entries())));
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const now = entries();
      if (before === undefined || typed(now) === before) return;
      notice.hidden = true; // what is being typed now replaces what was kept
      try {
        localStorage.setItem(key, JSON.stringify({ at: Date.now(), entries: now }));
        form.dataset.kept = "";
      } catch {
        // A full or forbidden store: the form works without it.
      }
    }, AFTER);
  };
  for (const kind of ["input", "change", "keyup"]) form.addEventListener(kind, changed);
  // A second click, while the first one is on its way, would make a new page twice.
  let isSent = false;
  addEventListener("pageshow", () => (isSent = false));
  form.addEventListener("submit", (event) => {
    if (event.submitter?.formTarget === "_blank") return; // a preview leaves the form as it is
    if (isSent) {
      event.preventDefault();
      return;
    }
    isSent = true;
    setTimeout(() => (isSent = false), AGAIN);
    if (before !== undefined || isAnswer) {
      const now = entries();
      if (typed(now) !== before) localStorage.setItem(key, JSON.stringify({ at: Date.now(), entries: now }));
    }
    sessionStorage.setItem(SENT, key);
  });
  form.addEventListener("sendfailed", () => (isSent = false)); // from upload.js: no answer came
}
