// The one form that a page is about: that of an object at the desk, or My card. None on pages without it.
export const form = document.querySelector(".publishable form[id$=_form], form[data-keeps]");
