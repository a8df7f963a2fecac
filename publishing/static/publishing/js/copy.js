// Copies a text from the page, with its layout where the browser can.
for (const button of document.querySelectorAll("[data-copy-text]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const part = document.getElementById(button.dataset.copyText);
    const plain = new Blob([part.innerText.trim()], { type: "text/plain" });
    try {
      const html = new Blob([part.innerHTML], { type: "text/html" });
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": plain, "text/html": html })]);
    } catch {
      await navigator.clipboard.writeText(part.innerText.trim());
    }
    button.textContent = button.dataset.copied;
  });
}
