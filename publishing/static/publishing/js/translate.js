// Shows the editors, which need this script, and asks before a page with something unsent is left.
for (const part of document.querySelectorAll("[data-editor]")) part.hidden = false;

const form = document.querySelector("form[data-leaving]");
const said = () => JSON.stringify([...new FormData(form)]);

if (form) {
  let before;
  let isSent = false;
  form.addEventListener("focusin", () => (before ??= said()));
  form.addEventListener("submit", () => (isSent = true));
  addEventListener("pageshow", () => (isSent = false));
  addEventListener("beforeunload", (event) => {
    if (!isSent && before !== undefined && said() !== before) event.preventDefault();
  });
}

if (location.hash === "#sent") document.getElementById("sent")?.focus();
else document.querySelector(".error-summary")?.focus();
