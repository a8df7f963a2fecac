// Who was signed out while saving reads here that what they typed is kept. It was not saved, so
// the form must not take the first message of success that it meets for the answer: see autosave.js.
const sent = sessionStorage.getItem("draft-sent");
sessionStorage.removeItem("draft-sent");
if (sent && localStorage.getItem(sent)) document.querySelector("[data-signed-out]").hidden = false;
