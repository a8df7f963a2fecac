// A small window that closes because all is saved: what autosave.js kept of its form goes too.
localStorage.removeItem(sessionStorage.getItem("draft-sent"));
