// Shows the card below the form as it would be, while one types, names the file that is
// chosen, and goes to what must be corrected. The form works without this.
document.querySelector(".error-summary")?.focus();

const form = document.getElementById("my-card");
const preview = document.getElementById("card-preview");
const AFTER = 400; // milliseconds without typing
let timer;
let asked = 0;

async function refresh() {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (typeof value !== "string") data.delete(name);
  data.set("preview", "1");
  const number = ++asked;
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(data) }).catch(() => null);
  if (number === asked && answer?.ok && !answer.redirected) preview.innerHTML = await answer.text();
}

for (const kind of ["input", "change"]) {
  form?.addEventListener(kind, () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, AFTER);
  });
}

for (const place of document.querySelectorAll(".file")) {
  const file = place.querySelector("input");
  const name = Object.assign(document.createElement("p"), { className: "hint" });
  name.setAttribute("role", "status");
  place.append(name);
  place.classList.add("named"); // what the browser itself says of the file is no longer needed
  file.addEventListener("change", () => (name.textContent = file.files[0]?.name ?? ""));
}
