// Files: dropped or chosen, judged by their size before they are sent, and sent with progress.
// What the server answers is shown as it would be without this script.
const words = document.querySelector("#upload-words")?.dataset;
const form = document.querySelector(".publishable form[id$=_form], form[data-keeps]");
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
  });
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
    return again(submitter); // a page with errors: the browser fetches it as its own
  });
  request.send(new FormData(form, submitter));
}

if (form && words) {
  const inputs = [...form.querySelectorAll("input[type=file]")];
  if (form.closest(".publishable")) inputs.forEach(place); // My card shows them in its own way
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !inputs.some((input) => input.files.length)) return;
    const refused = inputs.find((input) => input.validity.customError); // Django's forms check nothing themselves
    // A small window closes by what Django answers, so there the browser sends the form itself.
    if (!refused && document.body.classList.contains("popup")) return;
    event.preventDefault();
    if (refused) return refused.focus();
    if (!form.hasAttribute("aria-busy")) send(event.submitter);
  });
}
