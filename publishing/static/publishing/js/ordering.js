/* Rows that one moves by dragging a grip or with the buttons Up and Down.

   Only the numbers are sent: what moves here is rows, and then the numbers follow. Without this
   script one types the numbers. Words come from data attributes of <template id="ordering-words">,
   so that they are in the language of the page. */

const words = document.getElementById("ordering-words")?.dataset;

/* The kinds of lists: where rows are, which of them move, and the input with the number. */
const KINDS = [
  { box: "#result_list tbody", row: "tr", input: "input.place", cell: (input) => input.parentElement },
  {
    box: ".inline-group[data-inline-type=tabular] tbody",
    row: "tr.form-row:not(.empty-form)",
    input: "input[name$='-position']",
    cell: (input) => input.parentElement,
  },
  {
    box: ".inline-group[data-inline-type=stacked]",
    row: ".inline-related:not(.empty-form)",
    input: "input[name$='-position']",
    cell: (input, row) => row.querySelector(".row-line") ?? input.parentElement,
  },
];

const status = document.createElement("p");
status.className = "visually-hidden";
status.setAttribute("role", "status");
status.setAttribute("aria-live", "polite");

function rowsOf(row, kind) {
  return [...row.parentElement.children].filter((each) => each.matches(kind.row) && each.querySelector(kind.input));
}

function nameOf(row) {
  const title = row.querySelector("th a, .inline_label, td.original p, select option:checked, textarea, input[type=text]");
  return (title?.value || title?.textContent || "").trim();
}

/* The numbers in the order of the rows: the ones there were, raised where two would be the same. */
function renumber(rows, kind) {
  const inputs = rows.map((row) => row.querySelector(kind.input));
  const numbers = inputs.map((input) => Number(input.value) || 0).sort((a, b) => a - b);
  let last = 0;
  inputs.forEach((input, index) => {
    last = Math.max(numbers[index], last + 1);
    if (input.value !== String(last)) {
      input.value = last;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}

/* The first can't go up and the last can't go down. */
function mark(rows) {
  rows.forEach((each, index) => {
    for (const [selector, atEnd] of [["[data-move='-1']", index === 0], ["[data-move='1']", index === rows.length - 1]]) {
      each.querySelector(selector)?.setAttribute("aria-disabled", String(atEnd));
    }
  });
}

function settle(row, kind) {
  const rows = rowsOf(row, kind);
  renumber(rows, kind);
  mark(rows);
  return rows;
}

function announce(row, rows) {
  status.textContent = words.moved
    .replace("{name}", nameOf(row))
    .replace("{place}", rows.indexOf(row) + 1)
    .replace("{count}", rows.length);
}

function move(row, kind, step, button) {
  const rows = rowsOf(row, kind);
  const other = rows[rows.indexOf(row) + step];
  if (!other) return;
  if (step < 0) other.before(row);
  else other.after(row);
  announce(row, settle(row, kind));
  button.focus();
}

function button(label, step, sign) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "move";
  made.dataset.move = step;
  made.textContent = sign;
  made.setAttribute("aria-label", label);
  return made;
}

function equip(row, kind) {
  const input = row.querySelector(kind.input);
  if (!input || row.querySelector(".mover")) return;
  const mover = document.createElement("span");
  mover.className = "mover";
  const grip = document.createElement("span");
  grip.className = "grip";
  grip.textContent = "⠿";
  grip.title = words.grip;
  grip.setAttribute("aria-hidden", "true");
  const name = nameOf(row);
  const up = button(words.up.replace("{name}", name), -1, "↑");
  const down = button(words.down.replace("{name}", name), 1, "↓");
  for (const each of [up, down]) {
    each.addEventListener("click", () => move(row, kind, Number(each.dataset.move), each));
  }
  mover.append(grip, up, down);
  kind.cell(input, row).append(mover);
  drag(row, grip, kind);
}

/* Pointer events serve mouse, pen and finger alike. */
function drag(row, grip, kind) {
  let moved = false;
  grip.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    grip.setPointerCapture(event.pointerId);
    row.classList.add("dragged");
    moved = false;
  });
  grip.addEventListener("pointermove", (event) => {
    if (!grip.hasPointerCapture(event.pointerId)) return;
    const rows = rowsOf(row, kind);
    const index = rows.indexOf(row);
    const middle = (each) => each.getBoundingClientRect().top + each.getBoundingClientRect().height / 2;
    const over = rows.findLast((each, place) => place > index && event.clientY > middle(each));
    const under = rows.find((each, place) => place < index && event.clientY < middle(each));
    if (over) over.after(row);
    else if (under) under.before(row);
    if (over || under) {
      moved = true;
      // A row that is moved in the page loses the pointer.
      if (!grip.hasPointerCapture(event.pointerId)) grip.setPointerCapture(event.pointerId);
    }
  });
  const end = () => {
    row.classList.remove("dragged");
    if (moved) announce(row, settle(row, kind));
    moved = false;
  };
  grip.addEventListener("pointerup", end);
  grip.addEventListener("pointercancel", end);
}

/* An order of the list that was changed and not saved is lost when one leaves, so the browser asks first. */
function guard(form) {
  let saves = false;
  form.addEventListener("submit", (event) => {
    saves = event.submitter?.name === "_reorder";
  });
  addEventListener("pageshow", () => {
    saves = false;
  });
  addEventListener("beforeunload", (event) => {
    const changed = [...form.querySelectorAll("input.place")].some((each) => each.value !== each.defaultValue);
    if (changed && !saves) event.preventDefault();
  });
}

function start() {
  // A list that is sorted by something else has no order of its own to change.
  const sorted = new URLSearchParams(location.search).has("o");
  for (const kind of KINDS) {
    for (const box of document.querySelectorAll(kind.box)) {
      if (box.closest("#result_list") && (sorted || !document.querySelector("[name=_reorder]"))) continue;
      for (const row of box.querySelectorAll(kind.row)) equip(row, kind);
      const first = box.querySelector(`${kind.row}:has(.mover)`);
      if (first) mark(rowsOf(first, kind)); // numbers change when something is moved, not before
    }
  }
  const saving = document.querySelector("[name=_reorder]");
  if (saving) guard(saving.form);
  document.body.append(status);
  document.addEventListener("formset:added", (event) => {
    const row = event.target;
    const kind = KINDS.slice(1).find((each) => row.matches(each.row) && row.closest(each.box));
    if (!kind) return;
    row.querySelector(".mover")?.remove();
    equip(row, kind);
  });
}

if (words) start();
