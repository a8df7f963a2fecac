// Shows the card below the form as it would be, while one types, names the file that is
// chosen, makes a photo smaller before it is sent, says that the form is on its way, and goes
// to what must be corrected. The form works without this.
import { form } from "../publishing/js/form.js";

document.querySelector(".error-summary")?.focus();

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

// A photo from a telephone has far more pixels than the site keeps: sent smaller, it arrives sooner.
const MOST = 2400; // pixels of a side, as `MAX_SIDE` in publishing/files/images.py
const SMALL = 1_000_000; // bytes: not worth it
const QUALITY = 0.9;
const PHOTOS = ["image/jpeg", "image/heic", "image/heif"];

// `file` as a JPEG of at most so many pixels, upright; `file` itself when this browser can't
// read it, or when that makes it no smaller.
async function smaller(file) {
  if (!PHOTOS.includes(file.type)) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, MOST / Math.max(picture.width, picture.height));
    if (scale === 1 && file.size < SMALL) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    if (!blob || blob.type !== "image/jpeg" || blob.size >= file.size) return file;
    const name = file.name.replace(/\.[^.]*$/, "");
    return new File([blob], `${name}.jpg`, { type: blob.type, lastModified: file.lastModified });
  } catch {
    return file;
  }
}
const words = document.getElementById("upload-words")?.dataset;
let shrinking; // while a photo is being made smaller: when that is done

async function shrink(file, name) {
  const original = file.files[0];
  const small = original && (await smaller(original));
  if (file.files[0] !== original) return; // another one was chosen meanwhile
  if (small && small !== original) {
    const one = new DataTransfer();
    one.items.add(small);
    file.files = one.files;
  }
  const isTooLarge = Number(small?.size) > Number(words.max);
  file.setCustomValidity(isTooLarge ? words.large : "");
  if (isTooLarge) name.textContent = `${original.name}. ${words.large}`;
}

for (const place of document.querySelectorAll(".file")) {
  const file = place.querySelector("input");
  const name = Object.assign(document.createElement("p"), { className: "hint" });
  name.setAttribute("role", "status");
  place.append(name);
  place.classList.add("named"); // what the browser itself says of the file is no longer needed
  file.addEventListener("change", () => {
    name.textContent = file.files[0]?.name ?? "";
    const mine = shrink(file, name).finally(() => {
      if (shrinking === mine) shrinking = undefined;
    });
    shrinking = mine;
  });
}

// On its way
const said = document.getElementById("on-its-way");
const AGAIN = 10_000; // milliseconds after which a form whose answer got lost can be sent anew: it is saved once
let timeout;

function busy(isBusy) {
  clearTimeout(timeout);
  said.textContent = isBusy && !form.hasAttribute("aria-busy") ? said.dataset.words : ""; // of an upload another tells
  for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = isBusy;
}

form?.addEventListener("submit", (event) => {
  const { submitter } = event;
  if (shrinking) {
    event.preventDefault();
    event.stopImmediatePropagation();
    busy(true);
    shrinking.then(() => {
      busy(false);
      form.requestSubmit(submitter);
    });
    return;
  }
  // A button that is off already when the form is read does not say that it was pressed.
  setTimeout(() => {
    if (event.defaultPrevented && !form.hasAttribute("aria-busy")) return; // another script keeps it back
    busy(true);
    if (!form.hasAttribute("aria-busy")) timeout = setTimeout(busy, AGAIN, false);
  });
});
form?.addEventListener("sendfailed", () => busy(false)); // from upload.js: no answer came
addEventListener("pageshow", (event) => event.persisted && busy(false));
