// Whoever signs out on purpose may leave the device to somebody else: what autosave.js kept of
// texts goes. A session that merely lapsed keeps them, for the same account.
for (const form of document.querySelectorAll("form[data-sign-out]")) {
  form.addEventListener("submit", () => {
    for (const key of Object.keys(localStorage)) if (key.startsWith("draft:")) localStorage.removeItem(key);
    sessionStorage.removeItem("draft-sent");
  });
}
