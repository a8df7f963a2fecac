// Child rows folded to one line each: the name of the row and how far its translations are. Without this script
// all are unfolded. What is folded stays in the form, and searching in the page unfolds what it finds.
import { form } from "./form.js";

const SOURCE = "nl";
const ROW = ".inline-related:not(.empty-form)";
const WORST = ["behind", "missing", "done"];

const bodyOf = (row) => row.querySelector(":scope > .row-body");
const isFolded = (row) => bodyOf(row).hasAttribute("hidden");

function fold(row, folded) {
  if (folded) bodyOf(row).setAttribute("hidden", "until-found");
  else bodyOf(row).removeAttribute("hidden");
  row.querySelector(".fold").setAttribute("aria-expanded", !folded);
  tellAll(row.closest(".inline-group"));
}

/* Unfolds the row that an element stands in. */
export function unfold(element) {
  const row = element.closest(ROW);
  if (row?.querySelector(".fold") && isFolded(row)) fold(row, false);
}

function tellAll(group) {
  const all = group.querySelector(".fold-all");
  const rows = [...group.querySelectorAll(ROW)].filter((row) => row.querySelector(".fold"));
  all.hidden = rows.length < 2;
  all.dataset.folds = rows.length > 0 && !rows.some(isFolded);
  all.textContent = all.dataset.folds === "true" ? all.dataset.fold : all.dataset.unfold;
}

// What a row is called: its first text in the source language, or else what was chosen in it.
function nameOf(row) {
  const text = row.querySelector(`.language-${SOURCE} :is(input[type=text], textarea)`);
  if (text) return text.value.trim();
  const chosen = [...row.querySelectorAll(".row-body select")].filter((each) => each.value);
  return chosen.map((each) => each.selectedOptions[0].textContent.trim()).join(": ");
}

function tellName(row) {
  const label = row.querySelector(".inline_label");
  label.textContent = nameOf(row) || label.dataset.nameless;
}

function tellStandings(row) {
  for (const each of row.querySelectorAll(".row-standing")) {
    const inside = row.querySelectorAll(`.form-row.language-${each.dataset.language} .translated`);
    const found = new Set([...inside].map((one) => one.dataset.standing));
    each.dataset.standing = WORST.find((standing) => found.has(standing)) ?? "";
  }
}

function equip(row) {
  const heading = row.querySelector("h3");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "fold";
  button.append(...heading.childNodes);
  heading.append(button);
  bodyOf(row).addEventListener("beforematch", () => fold(row, false));
  tellStandings(row);
}

if (form) {
  const isOpen = (row) => row.hasAttribute("data-open") || row.querySelector(".errorlist, .field-remark");
  for (const row of form.querySelectorAll(ROW)) {
    equip(row);
    fold(row, !isOpen(row));
  }
  for (const group of form.querySelectorAll(".inline-group:has(.fold-all)")) tellAll(group);

  form.addEventListener("click", (event) => {
    const button = event.target.closest(".fold");
    if (button) fold(button.closest(ROW), button.getAttribute("aria-expanded") === "true");
    const all = event.target.closest(".fold-all");
    const folds = all?.dataset.folds === "true";
    if (all) for (const row of all.closest(".inline-group").querySelectorAll(ROW)) fold(row, folds);
  });
  for (const kind of ["input", "change"]) {
    form.addEventListener(kind, (event) => {
      const row = event.target.closest(".row-body")?.closest(ROW);
      if (!row || event.target.name?.endsWith("-position")) return;
      tellName(row);
      setTimeout(() => tellStandings(row)); // once sources.js has judged what was typed
    });
  }
  document.addEventListener("formset:added", (event) => {
    equip(event.target);
    fold(event.target, false);
  });
  document.addEventListener("formset:removed", () => form.querySelectorAll(".inline-group:has(.fold-all)").forEach(tellAll));
}
