// The Dutch text beside each translation follows what is typed in Dutch, and scrolls along with the translation.
// The tabs count on while somebody types, also of rows that are new.
import { form } from "./form.js";

const SOURCE = "nl";
const tabs = form?.querySelector(".language-tabs");
const codes = tabs ? [...tabs.children].map((tab) => tab.dataset.language) : [];
const FIELD = new RegExp(`^id_(.+)_(${codes.join("|")})$`);
const BLOCKS = "p, h1, h2, h3, h4, li, blockquote, td, th, br";
const TEXT = ":is(input:not([type=checkbox]), textarea)";
const LONG = 160; // letters, from which a text is read beside another one

const rowOf = (field) => field?.closest(".form-row");
const fieldOf = (stem, code) => document.getElementById(`id_${stem}_${code}`);

const isRich = (field) =>
  field.closest(".prose-editor") || field.getAttributeNames().some((name) => name.startsWith("data-django-prose-editor"));

// A text as people read it: rich text without its marks.
function plain(field) {
  if (!field) return "";
  if (!isRich(field)) return field.value.trim();
  const { body } = new DOMParser().parseFromString(field.value, "text/html");
  for (const block of body.querySelectorAll(BLOCKS)) block.after("\n");
  return body.textContent.replace(/\u00a0/g, " ").trim();
}

const before = new Map(); // what a translation that is behind said when the page came

function standing(field, source, text) {
  if (!source) return "";
  if (!text) return "missing";
  return before.has(field.id) && before.get(field.id) === text ? "behind" : "done";
}

function fill(stem) {
  const source = plain(fieldOf(stem, SOURCE));
  for (const code of codes.filter((each) => each !== SOURCE)) {
    const field = fieldOf(stem, code);
    const box = rowOf(field)?.querySelector(":scope > .source");
    if (!box) continue;
    const words = box.querySelector("[data-source-of]");
    if (words.textContent !== source) words.textContent = source;
    words.toggleAttribute("data-long", source.length > LONG);
    box.hidden = !source;
    rowOf(field).querySelector(".translated").dataset.standing = standing(field, source, plain(field));
  }
}

function count() {
  const found = new Map();
  for (const field of form.querySelectorAll(`[class*=language-] ${TEXT}[id]`)) {
    const [, stem, code] = field.id.match(FIELD) ?? [];
    if (!stem || /(^|-)slug$/.test(stem) || field.closest(".empty-form")) continue;
    if (!found.has(stem)) found.set(stem, new Set());
    if (plain(field)) found.get(stem).add(code);
  }
  const texts = [...found.values()].filter((filled) => filled.size);
  for (const tab of tabs.children) {
    const code = tab.dataset.language;
    const progress = tab.querySelector(".progress");
    if (!progress.dataset.shown) continue; // it says how many errors there are
    const [of, done] = [texts.length, texts.filter((filled) => filled.has(code)).length];
    const standing = `.form-row.language-${code} > .label-line > [data-standing=behind]`;
    const behind = form.querySelectorAll(standing).length;
    const sign = behind ? "behind" : !done ? "empty" : done === of ? "full" : "half";
    progress.className = `progress ${sign}`;
    progress.dataset.shown = of ? sign : "none";
    const numbers = { done, of, behind };
    for (const each of progress.children) {
      const words = each.className === progress.dataset.shown ? each.dataset.words : "";
      each.lastElementChild.textContent = words.replace(/{(\w+)}/g, (_all, name) => numbers[name]);
    }
  }
}

// What can be scrolled must be reachable by keyboard.
function reach() {
  for (const words of form.querySelectorAll(".source p, .changed-words")) {
    if (words.scrollHeight > words.clientHeight + 1) words.tabIndex = 0;
    else words.removeAttribute("tabindex");
  }
}

if (tabs) {
  for (const row of form.querySelectorAll(".form-row:has(> .label-line > [data-standing=behind])")) {
    const field = [...row.querySelectorAll(`${TEXT}[id]`)].find((each) => FIELD.test(each.id));
    if (field) before.set(field.id, plain(field));
  }
  const stems = () =>
    [...form.querySelectorAll(`[id$=_${SOURCE}]`)].map((field) => field.id.match(FIELD)?.[1]).filter(Boolean);
  for (const stem of stems()) fill(stem);
  let timer;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => (count(), reach()), 200);
  };
  form.addEventListener("input", (event) => {
    const [, stem] = event.target.id?.match(FIELD) ?? [];
    if (!stem) return;
    fill(stem);
    later();
  });
  document.addEventListener("formset:added", (event) => {
    for (const field of event.target.querySelectorAll(`[id$=_${SOURCE}]`)) fill(field.id.match(FIELD)?.[1]);
    later();
  });
  document.addEventListener("formset:removed", later);
  form.addEventListener("languagechosen", () => requestAnimationFrame(reach));
  form.addEventListener("toggle", reach, true);
  addEventListener("resize", later);
  reach();

  // A scroll of the translation scrolls its source as far.
  form.addEventListener(
    "scroll",
    (event) => {
      const box = event.target;
      const words = box.matches?.(".ProseMirror, textarea") && rowOf(box)?.querySelector(".source p");
      if (!words) return;
      const way = box.scrollHeight - box.clientHeight;
      words.scrollTop = way > 0 ? (box.scrollTop / way) * (words.scrollHeight - words.clientHeight) : 0;
    },
    true,
  );
}
