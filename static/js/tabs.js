// Language tabs of the admin's form. Without this script the languages stand under each other
// and the tabs are links to them.
const form = document.querySelector(".publishable form[id$=_form]");
const list = form?.querySelector(".language-tabs");
const REMEMBERED = `language-tab:${location.pathname}`; // so that saving leads back to the same tab

const languageOf = (element) => element.closest("[class*='language-']")?.className.match(/language-(\w\w)\b/)?.[1];

function show(code) {
  form.dataset.language = code;
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
  const editor = target.closest(".form-row")?.querySelector(".ProseMirror");
  const field = editor ?? target;
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
  show(wrong ?? sessionStorage.getItem(REMEMBERED) ?? list.firstElementChild.dataset.language);
}

if (form) {
  // To a field; to a part of the form the browser goes itself.
  const here = () => location.hash.startsWith("#id_") && reveal(decodeURIComponent(location.hash.slice(1)));
  addEventListener("hashchange", here);
  if (location.hash.startsWith("#id_")) addEventListener("load", here);
  else addEventListener("load", () => form.querySelector(".conflict, .errornote")?.focus()); // after Django's script

  // The Dutch text above a translation follows what is typed in Dutch.
  form.addEventListener("input", (event) => {
    const [, stem] = event.target.id?.match(/^(.*)_nl$/) ?? [];
    if (!stem) return;
    for (const source of form.querySelectorAll(`[data-source-of^="${CSS.escape(stem)}_"]`)) {
      if (source.dataset.sourceOf.length === stem.length + 3) source.textContent = event.target.value.replace(/<[^>]+>/g, " ");
    }
  });
}
