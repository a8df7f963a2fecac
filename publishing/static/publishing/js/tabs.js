// Language tabs of the admin's form. Without this script the languages stand under each other
// and the tabs are links to them.
import { form } from "./form.js";
import { unfold } from "./rows.js";

const list = form?.querySelector(".language-tabs");
const REMEMBERED = `language-tab:${location.pathname}`; // so that saving leads back to the same tab

const told = form?.querySelector(".tab-told"); // that the form opened on the tab of last time

const languageOf = (element) => element.closest("[class*='language-']")?.className.match(/language-(\w\w)\b/)?.[1];

function show(code) {
  form.dataset.language = code;
  told.hidden = true;
  for (const tab of list.children) {
    const chosen = tab.dataset.language === code;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
  }
  sessionStorage.setItem(REMEMBERED, code);
  form.dispatchEvent(new CustomEvent("languagechosen", { detail: code }));
}

function reveal(id) {
  const target = document.getElementById(id);
  if (!target || !form.contains(target)) return false;
  const code = languageOf(target);
  if (list && code) show(code);
  unfold(target);
  const editor = id.startsWith("id_") && target.closest(".form-row")?.querySelector(".ProseMirror");
  const field = editor || target;
  field.scrollIntoView({ block: "center" });
  field.focus();
  return true;
}

if (list) {
  list.setAttribute("role", "tablist");
  for (const tab of list.children) {
    const part = document.getElementById(`texts-${tab.dataset.language}`);
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", part.id);
    part.setAttribute("role", "tabpanel");
    part.setAttribute("aria-labelledby", tab.id);
  }
  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (!tab) return;
    event.preventDefault();
    show(tab.dataset.language);
  });
  list.addEventListener("keydown", (event) => {
    const tabs = [...list.children];
    const here = tabs.indexOf(document.activeElement);
    const step = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (event.key === " ") document.activeElement.click();
    else if (step === undefined) return;
    else {
      const next = tabs[(step + tabs.length) % tabs.length];
      next.focus();
      show(next.dataset.language);
    }
    event.preventDefault();
  });
  const wrong = list.querySelector("[data-errors]")?.dataset.language;
  const [first, last] = [list.firstElementChild.dataset.language, sessionStorage.getItem(REMEMBERED)];
  show(wrong ?? last ?? first);
  told.hidden = Boolean(wrong) || !last || last === first;
}

// How high the parts are that stay in view, so that what one goes to is not behind them.
function measure() {
  for (const [name, part] of [["--jumps", form.querySelector(".jumps")], ["--tabs", list]]) {
    const isSticky = part && getComputedStyle(part).position === "sticky";
    document.documentElement.style.setProperty(name, `${isSticky ? part.offsetHeight : 0}px`);
  }
}

if (form) {
  measure();
  const sizes = new ResizeObserver(measure);
  for (const part of form.querySelectorAll(".jumps, .language-tabs")) sizes.observe(part);

  // Django's script gives the fields of a new row their numbers, but not what describes them.
  document.addEventListener("formset:added", (event) => {
    for (const each of event.target.querySelectorAll("[aria-describedby*='__prefix__']")) {
      const number = event.target.id.match(/\d+$/)?.[0];
      each.setAttribute("aria-describedby", each.getAttribute("aria-describedby").replaceAll("__prefix__", number));
    }
  });

  // To a field; to a part of the form the browser goes itself.
  const leadsToField = () => /^#(id_|behind-)/.test(location.hash);
  const here = () => leadsToField() && reveal(decodeURIComponent(location.hash.slice(1)));
  addEventListener("hashchange", here);
  if (leadsToField()) addEventListener("load", here);
  else addEventListener("load", () => form.querySelector(".conflict, .asks, .errornote")?.focus()); // after Django's script
}
