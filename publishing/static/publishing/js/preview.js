// Shows the preview beside the form and follows what is typed. Without this script the same
// buttons open it in a new tab.
import { form } from "./form.js";

const template = document.getElementById("preview-pane");
const AFTER = 350; // milliseconds without typing
const WIDTHS = { phone: 390, tablet: 768, desktop: 1280 }; // CSS pixels

if (form && template) {
  let pane, frame, language, timer, shown, asked = 0;
  let device = "phone";

  const address = () => form.querySelector(`[data-preview="${language}"]`).formAction;

  function body() {
    const data = new FormData(form);
    for (const [name, value] of [...data]) if (typeof value !== "string") data.delete(name);
    return new URLSearchParams(data);
  }

  function fit() {
    const room = frame.parentElement;
    const width = WIDTHS[device];
    const scale = Math.min(1, room.clientWidth / width);
    frame.style.width = `${width}px`;
    frame.style.height = `${room.clientHeight / scale}px`;
    frame.style.transform = `scale(${scale})`;
  }

  async function refresh(force) {
    const content = body();
    const now = `${language} ${content}`;
    if (!pane || (!force && now === shown)) return;
    shown = now;
    const number = ++asked;
    const answer = await fetch(address(), { method: "POST", body: content }).catch(() => null);
    if (number !== asked || !pane) return;
    const status = pane.querySelector("[role=status]");
    if (!answer?.ok || answer.redirected) {
      status.textContent = status.dataset.failed;
      shown = undefined;
      return;
    }
    status.textContent = "";
    const place = frame.contentWindow?.scrollY ?? 0;
    frame.addEventListener(
      "load",
      () => {
        const page = frame.contentDocument;
        frame.contentWindow.scrollTo(0, place);
        page.addEventListener("submit", (event) => event.preventDefault());
        page.addEventListener("click", (event) => {
          const link = event.target.closest("a");
          if (link && !link.getAttribute("href")?.startsWith("#")) event.preventDefault();
        });
      },
      { once: true },
    );
    frame.srcdoc = await answer.text();
  }

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, AFTER);
  };

  function press(buttons, chosen) {
    for (const button of buttons) button.setAttribute("aria-pressed", button === chosen);
  }

  function close() {
    const opener = form.querySelector(`[data-preview="${language}"]`);
    pane.remove();
    pane = frame = shown = undefined;
    document.body.classList.remove("previewing");
    opener.focus();
  }

  function choose(code) {
    language = code;
    press(pane.querySelectorAll("[data-language]"), pane.querySelector(`[data-language="${code}"]`));
    refresh();
  }

  function open(code) {
    if (!pane) {
      pane = template.content.firstElementChild.cloneNode(true);
      frame = pane.querySelector("iframe");
      document.body.append(pane);
      document.body.classList.add("previewing");
      pane.addEventListener("click", (event) => {
        const button = event.target.closest("button");
        if (!button) return;
        if (button.dataset.language) choose(button.dataset.language);
        else if (button.dataset.device) {
          device = button.dataset.device;
          press(pane.querySelectorAll("[data-device]"), button);
          fit();
        } else close();
      });
      pane.addEventListener("keydown", (event) => event.key === "Escape" && close());
      fit();
      pane.querySelector("h2").focus();
    }
    choose(code);
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-preview]");
    if (!button) return;
    event.preventDefault();
    open(button.dataset.preview);
  });
  form.addEventListener("languagechosen", (event) => pane && choose(event.detail));
  // A link to share opens in the language that one was looking at.
  for (const button of form.querySelectorAll("[data-share]")) {
    button.addEventListener("click", () => (button.value = form.dataset.language ?? ""));
  }
  for (const kind of ["input", "change", "keyup", "click"]) form.addEventListener(kind, () => pane && later());
  addEventListener("resize", () => pane && fit());
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    navigator.clipboard.writeText(field.value).then(() => {
      const sign = document.createElement("span");
      sign.className = "copied";
      sign.setAttribute("role", "status");
      button.parentElement.querySelector(".copied")?.remove();
      button.after(sign);
      sign.textContent = button.dataset.copied; // after it stands there, so that it is read aloud
    });
  });
}
