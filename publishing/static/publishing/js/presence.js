// Tells that this form is open, and shows who else has it open.
const place = document.querySelector("[data-present]");
const EVERY = 30_000; // milliseconds

async function tell() {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(place.dataset.present, { method: "POST", headers: { "X-CSRFToken": token } }).catch(() => null);
  document.documentElement.toggleAttribute("data-unreachable", !answer); // for upload.js
  if (!answer?.ok) return;
  const html = (await answer.text()).trim();
  if (html !== place.innerHTML.trim()) place.innerHTML = html;
}

if (place) {
  setInterval(() => document.hidden || tell(), EVERY);
  document.addEventListener("visibilitychange", () => document.hidden || tell());
}
