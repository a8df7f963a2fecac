// The key / leads to the box that searches everything, unless somebody types, or chose on the page of results
// that it should not: whoever speaks to the computer may say a slash without meaning this (WCAG 2.2, 2.1.4).
const KEY = "search-key-off";
const box = document.getElementById("desk-search");
const TYPED_IN = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=file])";

function isOff() {
  return localStorage.getItem(KEY) !== null;
}

if (box) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isOff()) return;
    if (event.target.closest?.(TYPED_IN) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
  const choice = document.querySelector(".key-choice");
  const tick = choice?.querySelector("input");
  if (tick) {
    choice.hidden = false;
    tick.checked = !isOff();
    tick.addEventListener("change", () => (tick.checked ? localStorage.removeItem(KEY) : localStorage.setItem(KEY, "1")));
  }
}
