/* Small changes of elements, which the other parts share. */

export const HEADINGS = "h1, h2, h3, h4, h5, h6"

export function isEmpty(element) {
  return element.textContent.trim() === ""
}

export function unwrap(element) {
  element.replaceWith(...element.childNodes)
}

export function wrapContent(element, name) {
  const wrapper = document.createElement(name)
  wrapper.append(...element.childNodes)
  element.append(wrapper)
}

export function rename(element, name) {
  if (element.localName === name) return element
  const renamed = document.createElement(name)
  for (const { name: attribute, value } of [...element.attributes]) renamed.setAttribute(attribute, value)
  renamed.append(...element.childNodes)
  element.replaceWith(renamed)
  return renamed
}
