// What was done is told at the top of the page: one gets there, wherever the address or the form would lead.
const told = document.querySelector(".told");

if (told) {
  // The browser keeps the part of the form from which one came; it would scroll there again.
  if (location.hash) history.replaceState(history.state, "", location.pathname + location.search);
  const go = () => {
    told.focus({ preventScroll: true });
    told.scrollIntoView({ block: "center" });
  };
  go();
  addEventListener("load", () => requestAnimationFrame(go), { once: true });
}
