/* Emphasis, headings and links. */

import { HEADINGS, isEmpty, rename, unwrap, wrapContent } from "./dom.js"
import { styleOf } from "./sheets.js"

const HIGHEST = 2
const LOWEST = 3
// A web address without its scheme, and not the name of a file.
const SITE = /^(www\.[\w-]+\.|([\w-]+\.)+(be|fr|nl|lu|de|eu|com|org|net|info|brussels|vlaanderen|gent)(?=[/?#:]|$))/i

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
    const height = parseFloat(place) || raised
    if (place === "super" || height > 0) wrapContent(element, "sup")
    else if (place === "sub" || height < 0) wrapContent(element, "sub")
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
  const href = unwrapped((link.getAttribute("href") ?? "").trim())
  const words = link.textContent.trim()
  if (!href || href.startsWith("#") || href.startsWith("file:")) unwrap(link)
  else if (href.startsWith(`${location.origin}/`)) link.setAttribute("href", href.slice(location.origin.length))
  else if (/^callto:/i.test(href)) link.setAttribute("href", href.replace(/^callto/i, "tel"))
  else if (href.startsWith("//")) link.setAttribute("href", `https:${href}`)
  else if (SITE.test(href)) link.setAttribute("href", `https://${href}`)
  else if (!/^(\/|[a-z][a-z0-9+.-]*:)/i.test(href)) unwrap(link) // a file beside the one that was copied from
  // What Word makes of `www.example.org`, where nobody chose http.
  else if (href.replace(/\/$/, "") === `http://${words.replace(/\/$/, "")}`) link.setAttribute("href", href.replace("http:", "https:"))
  else link.setAttribute("href", href)
}

/* The address behind that of a program which looks at links first: Outlook also writes there who got the mail. */
function unwrapped(href) {
  if (!/^https?:\/\//i.test(href)) return href
  let url
  try {
    url = new URL(href)
  } catch {
    return href
  }
  const { hostname, pathname, searchParams } = url
  const isOutlook = /(^|\.)safelinks\.protection\.outlook\.com$/.test(hostname)
  const isGoogle = /^www\.google\.[a-z.]+$/.test(hostname) && pathname === "/url"
  const behind = isOutlook ? searchParams.get("url") : isGoogle ? (searchParams.get("q") ?? searchParams.get("url")) : ""
  return /^https?:\/\//i.test(behind ?? "") ? behind : href
}
