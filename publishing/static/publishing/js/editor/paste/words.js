/* Emphasis, headings and links. */

import { HEADINGS, isEmpty, rename, unwrap, wrapContent } from "./elements.js"
import { styleOf } from "./sheets.js"

const HIGHEST = 2
const LOWEST = 3

/* Emphasis that only a style gives, and emphasis that a style takes away again. */
export function keepEmphasis(root) {
  for (const element of root.querySelectorAll("[data-style], [style]")) {
    const weight = styleOf(element, "font-weight")
    const isBold = /^(bold|[6-9]00)/.test(weight)
    if (/^(B|STRONG)$/.test(element.tagName) && weight && !isBold) unwrap(element)
    if (!/^(SPAN|FONT)$/.test(element.tagName)) continue
    if (isBold) wrapContent(element, "strong")
    if (styleOf(element, "font-style") === "italic") wrapContent(element, "em")
    const raised = parseFloat(styleOf(element, "mso-text-raise")) || 0
    const place = styleOf(element, "vertical-align")
    if (/^\s*\[\w+\]\s*$/.test(element.textContent) || element.closest("sup, sub")) continue // the sign of a footnote
    if (place === "super" || raised > 0) wrapContent(element, "sup")
    else if (place === "sub" || raised < 0) wrapContent(element, "sub")
  }
}

/* The highest heading of what is pasted becomes the highest that a text may have. */
export function levelHeadings(root) {
  const headings = [...root.querySelectorAll(HEADINGS)]
  const levels = headings.map((heading) => Number(heading.tagName[1]))
  const highest = Math.min(...levels)
  headings.forEach((heading, index) => {
    if (isEmpty(heading)) heading.remove()
    else rename(heading, `h${Math.min(levels[index] - highest + HIGHEST, LOWEST)}`)
  })
}

export function tidyLink(link) {
  const href = (link.getAttribute("href") ?? "").trim()
  const words = link.textContent.trim()
  if (!href || href.startsWith("#") || href.startsWith("file:")) unwrap(link)
  else if (href.startsWith(`${location.origin}/`)) link.setAttribute("href", href.slice(location.origin.length))
  else if (/^www\./i.test(href)) link.setAttribute("href", `https://${href}`)
  // What Word makes of `www.example.org`, where nobody chose http.
  else if (href.replace(/\/$/, "") === `http://${words.replace(/\/$/, "")}`) link.setAttribute("href", href.replace("http:", "https:"))
}
