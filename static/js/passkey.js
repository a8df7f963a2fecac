// Says in words that a passkey did not work; django-allauth's own scripts only tell the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const said = document.getElementById("passkey-failed");
  document.querySelector("main").prepend(said); // where one looks, on a telephone too
  said.hidden = false;
  said.scrollIntoView({ block: "center" });
});
