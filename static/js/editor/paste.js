/* What is pasted from a word processor comes in clean: real lists and headings, bold and italic,
   tables and links, and nothing of its styles. The server sanitises again when it is saved. */

import { Extension, Plugin } from "django-prose-editor/editor"

const KEPT = { A: ["href"], TD: ["colspan", "rowspan"], TH: ["colspan", "rowspan"], OL: ["start"] }
const DROPPED = "head, style, script, meta, link, title, xml, noscript, template, img, object, svg"
const HEADINGS = "h1, h2, h3, h4, h5, h6"
const HIGHEST = 2
const LOWEST = 3

export const CleanPaste = Extension.create({
  name: "cleanPaste",

  addProseMirrorPlugins() {
    return [new Plugin({ props: { transformPastedHTML: clean } })]
  },
})

export function clean(html) {
  if (html.includes("data-pm-slice")) return html // copied from an editor of our own
  const { body } = new DOMParser().parseFromString(withoutPolicyBreaches(html), "text/html")
  removeComments(body)
  makeLists(body)
  for (const element of body.querySelectorAll(DROPPED)) element.remove()
  for (const element of body.querySelectorAll("*")) {
    if (element.localName.includes(":")) unwrap(element) // o:p, st1:place, w:sdt
  }
  keepEmphasis(body)
  levelHeadings(body)
  for (const cell of body.querySelectorAll("thead td")) rename(cell, "th")
  for (const element of body.querySelectorAll("*")) {
    const kept = KEPT[element.tagName] ?? []
    for (const { name } of [...element.attributes]) {
      if (!kept.includes(name)) element.removeAttribute(name)
    }
  }
  for (const link of body.querySelectorAll("a")) tidyLink(link)
  for (const span of body.querySelectorAll("span, font")) unwrap(span)
  for (const paragraph of body.querySelectorAll("p")) {
    if (isEmpty(paragraph) && !paragraph.closest("td, th")) paragraph.remove()
  }
  return body.innerHTML
}

/* Browsers apply our Content-Security-Policy while they parse: they would refuse what we only want to read. */
function withoutPolicyBreaches(html) {
  return html
    .replace(/<(style|script)\b[\s\S]*?<\/\1\s*>/gi, "")
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\s(style|on[a-z]+)(?=\s*=)/gi, " data-$1"))
}

function removeComments(root) {
  const comments = document.createNodeIterator(root, NodeFilter.SHOW_COMMENT)
  const found = []
  while (comments.nextNode()) found.push(comments.referenceNode)
  for (const comment of found) comment.remove()
}

/* Word writes a list as paragraphs whose style says `mso-list: l0 level1 lfo1`, each beginning
   with its bullet or number as text, marked `mso-list: Ignore`. */
function makeLists(root) {
  let open = [] // the lists that go on, one for each level
  for (const paragraph of root.querySelectorAll(`p, ${HEADINGS}`)) {
    const found = markers(paragraph)
    const marker = found.map((each) => each.textContent.trim()).join("")
    for (const each of found) each.remove()
    const level = Number(/\blevel(\d)/i.exec(styleOf(paragraph, "mso-list"))?.[1])
    if (!level || paragraph.localName !== "p") continue
    const kind = /^\(?(\d+|[a-z]{1,4})[.)]/i.test(marker) ? "ol" : "ul"
    if (open[0]?.nextElementSibling !== paragraph) open = []
    if (open[level - 1]?.localName !== kind) open.length = Math.min(open.length, level - 1)
    open.length = Math.min(open.length, level)
    while (open.length < level) {
      const list = document.createElement(kind)
      const above = open.at(-1)
      if (above) (above.lastElementChild ?? above.appendChild(document.createElement("li"))).append(list)
      else paragraph.before(list)
      open.push(list)
    }
    open.at(-1).appendChild(document.createElement("li")).append(paragraph)
  }
}

function markers(paragraph) {
  return [...paragraph.querySelectorAll("span[data-style]")].filter((span) => /^ignore/i.test(styleOf(span, "mso-list")))
}

/* What the style attribute says of `name`; as text, because browsers drop what only Word knows. */
function styleOf(element, name) {
  return new RegExp(`(?:^|[;\\s])${name}:\\s*([^;]+)`, "i").exec(element.getAttribute("data-style"))?.[1].trim() ?? ""
}

/* Emphasis that only a style gives, and emphasis that a style takes away again. */
function keepEmphasis(root) {
  for (const element of root.querySelectorAll("[data-style]")) {
    const weight = styleOf(element, "font-weight")
    const isBold = /^(bold|[6-9]00)/.test(weight)
    if (/^(B|STRONG)$/.test(element.tagName) && weight && !isBold) unwrap(element)
    if (element.tagName !== "SPAN") continue
    if (isBold) wrapContent(element, "strong")
    if (styleOf(element, "font-style") === "italic") wrapContent(element, "em")
  }
}

/* The highest heading of what is pasted becomes the highest that a text may have. */
function levelHeadings(root) {
  const headings = [...root.querySelectorAll(HEADINGS)]
  const levels = headings.map((heading) => Number(heading.tagName[1]))
  const highest = Math.min(...levels)
  headings.forEach((heading, index) => {
    if (isEmpty(heading)) heading.remove()
    else rename(heading, `h${Math.min(levels[index] - highest + HIGHEST, LOWEST)}`)
  })
}

function tidyLink(link) {
  const href = link.getAttribute("href") ?? ""
  if (!href || href.startsWith("#") || href.startsWith("file:")) unwrap(link)
  else if (href.startsWith(`${location.origin}/`)) link.setAttribute("href", href.slice(location.origin.length))
}

function isEmpty(element) {
  return element.textContent.trim() === ""
}

function unwrap(element) {
  element.replaceWith(...element.childNodes)
}

function wrapContent(element, name) {
  const wrapper = document.createElement(name)
  wrapper.append(...element.childNodes)
  element.append(wrapper)
}

function rename(element, name) {
  if (element.localName === name) return element
  const renamed = document.createElement(name)
  for (const { name: attribute, value } of [...element.attributes]) renamed.setAttribute(attribute, value)
  renamed.append(...element.childNodes)
  element.replaceWith(renamed)
  return renamed
}
