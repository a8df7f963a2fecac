// Files: dropped or chosen, judged by their size before they are sent, and sent with progress.
// What the server answers is shown as it would be without this script. A file whose field names another one in
// data-reads is read by the server at once, which proposes the text of that other field.
import { form } from "./form.js";

const ANSWER = 8000; // milliseconds to wait for a sign that there is a connection
const words = document.querySelector("#upload-words")?.dataset;
const readable = (size) =>
  new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit",
    unit: size < 100_000 ? "kilobyte" : "megabyte",
    maximumFractionDigits: size < 100_000 ? 0 : 1,
  }).format(size / (size < 100_000 ? 1000 : 1_000_000));

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function place(input) {
  const chosen = element("p", { className: "upload-chosen" });
  const area = element("div", { className: "upload" });
  chosen.setAttribute("role", "status");
  input.replaceWith(area);
  area.append(element("p", { textContent: words.drop }), input, chosen);
  for (const kind of ["dragenter", "dragover"]) {
    area.addEventListener(kind, (event) => {
      event.preventDefault();
      area.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) area.addEventListener(kind, () => area.classList.remove("over"));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    input.files = one.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  input.addEventListener("change", () => {
    const file = input.files[0];
    const tooLarge = file?.size > Number(words.max);
    input.setCustomValidity(tooLarge ? words.large : "");
    area.classList.toggle("refused", Boolean(tooLarge));
    chosen.textContent = file ? `${file.name}, ${readable(file.size)}` : "";
    if (tooLarge) chosen.textContent += `. ${words.large}`;
    else if (file && input.dataset.reads) read(input, chosen);
  });
}

// A page that came, to look in.
const parsed = (html) => new DOMParser().parseFromString(html, "text/html");

// The part of a form around a field.
const part = (input) => input.closest(".form-row");

// The server reads the file, keeps it, and answers with the form; nothing is saved.
async function read(input, status) {
  const body = new FormData(form);
  for (const [name, value] of [...body]) if (value instanceof File && name !== input.name) body.delete(name);
  body.set("_read", input.name);
  const file = input.files[0];
  const named = status.textContent;
  status.textContent += ` – ${words.reading}`;
  const answer = await fetch(form.action || location.href, { method: "POST", body }).catch(() => null);
  const page = answer?.ok && parsed(await answer.text());
  const came = page && page.querySelector(`input[type=file][name="${input.name}"]`);
  if (!input.isConnected || input.files[0] !== file) return;
  if (!came) return void (status.textContent = named); // it goes with the form, then
  const title = input.name.replace(/[^-]+$/, input.dataset.reads);
  const [old, proposed] = [form, page].map((each) => each.querySelector(`[name="${title}"]`));
  if (old && proposed && !old.value.trim()) {
    old.value = proposed.value;
    for (const kind of ["input", "keyup", "change"]) old.dispatchEvent(new Event(kind, { bubbles: true })); // an address follows
  }
  const row = document.importNode(part(came), true);
  part(input).replaceWith(row);
  const fresh = row.querySelector("input[type=file]");
  inputs.splice(inputs.indexOf(input), 1, fresh);
  equip(fresh);
  row.querySelector(".upload-chosen").textContent = row.querySelector(".errorlist")?.textContent.trim() || words.read;
  fresh.focus();
}

// A page with errors keeps the file on the server: it is not sent a second time with its reference in hand.
function refer(page) {
  for (const input of inputs) {
    const kept = page.querySelector(`input[type=hidden][name="${input.name}-kept"]`);
    if (!kept || !input.files.length) continue;
    for (const old of form.querySelectorAll(`[name="${kept.name}"]`)) old.remove();
    form.append(element("input", { type: "hidden", name: kept.name, value: kept.value }));
    input.value = "";
  }
}

function again(submitter) {
  if (submitter?.name) form.append(element("input", { type: "hidden", name: submitter.name, value: submitter.value }));
  HTMLFormElement.prototype.submit.call(form);
}

function send(submitter) {
  const bar = element("progress", { max: 1, value: 0 });
  const said = element("span", { textContent: words.sending });
  const status = element("p", { className: "upload-status" }, said, bar);
  status.setAttribute("role", "status");
  form.querySelector(".upload-status")?.remove();
  (submitter?.closest(".buttons") ?? form).append(status);
  bar.setAttribute("aria-label", words.sending);
  form.setAttribute("aria-busy", "true");
  const request = new XMLHttpRequest();
  const failed = () => {
    form.removeAttribute("aria-busy");
    bar.remove();
    said.textContent = words.lost;
    form.dispatchEvent(new Event("sendfailed"));
  };
  request.open("POST", form.action || location.href);
  request.setRequestHeader("X-Upload", "1");
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.value = event.loaded / event.total;
  });
  for (const kind of ["error", "abort", "timeout"]) request.addEventListener(kind, failed);
  request.addEventListener("load", () => {
    if (request.status === 204) return location.assign(request.getResponseHeader("Location"));
    if (request.status >= 500) return failed();
    refer(parsed(request.responseText));
    return again(submitter); // a page with errors: the browser fetches it as its own
  });
  request.send(new FormData(form, submitter));
}

// Without a connection the browser would show a page of its own in the place of the form.
function stay(submitter) {
  form.querySelector(".upload-status")?.remove();
  const status = element("p", { className: "upload-status offline" });
  status.setAttribute("role", "alert");
  (submitter?.closest(".buttons") ?? form).append(status);
  status.textContent = words.offline;
  status.scrollIntoView({ block: "nearest" });
  form.dispatchEvent(new Event("sendfailed"));
}

async function tryFirst(submitter) {
  const probe = { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(ANSWER) };
  const answer = await fetch(words.probe, probe).catch(() => null);
  return answer ? again(submitter) : stay(submitter);
}

const inputs = [...(form?.querySelectorAll("input[type=file]") ?? [])].filter((each) => !each.closest(".empty-form"));

function equip(input) {
  if (form.closest(".publishable")) place(input); // My card shows them in its own way
  // Another file takes the place of the one that was kept.
  const kept = form.querySelector(`[name="${input.name}-kept"]`)?.closest(".kept-file");
  if (kept) input.addEventListener("change", () => { kept.hidden = input.files.length > 0; });
}

if (form && words) {
  inputs.forEach(equip);
  document.addEventListener("formset:added", (event) => {
    for (const input of event.target.querySelectorAll("input[type=file]")) {
      inputs.push(input);
      equip(input);
    }
  });
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.submitter?.formTarget === "_blank") return;
    const isUnreachable = document.documentElement.hasAttribute("data-unreachable"); // from presence.js
    if (!navigator.onLine || (isUnreachable && !event.submitter?.hasAttribute("formaction"))) {
      event.preventDefault();
      return navigator.onLine ? tryFirst(event.submitter) : stay(event.submitter);
    }
    if (!inputs.some((input) => input.files.length)) return;
    const refused = inputs.find((input) => input.validity.customError); // Django's forms check nothing themselves
    // A small window closes by what Django answers, so there the browser sends the form itself.
    if (!refused && document.body.classList.contains("popup")) return;
    event.preventDefault();
    if (refused) return refused.focus();
    if (!form.hasAttribute("aria-busy")) send(event.submitter);
  });
}
