// Says in words that a passkey did not work; django-allauth's own scripts only tell the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("passkey-failed").hidden = false;
});
