/* What a reader of the source does not see, or sees crossed out: comments, deletions, hidden text, pictures.
   It is taken out, and `tell` hears of it. */

import { markersIn } from "./lists.js"
import { styleOf, withoutPolicyBreaches } from "./sheets.js"
import { cellsOf } from "./tables.js"

const NEVER_SHOWN = "head, style, script, meta, link, title, xml, noscript, template, datalist, rp, annotation, annotation-xml, " +
  ".katex-mathml + .katex-html" // the same formula a second time
const PICTURES = "img, picture, svg, canvas"
const EMBEDS = "object, embed, iframe, video, audio, input, textarea"
const COMMENTS =
  "comment, .msocomtxt, .msocomanchor, .msocomoff, .MsoCommentReference, .MsoCommentText, .MsoCommentSubject, .comment-start, " +
  '[id^="_com_"], [href^="#_msocom"], [href^="#_msoanchor"], [name^="_msocom"], [href^="#cmnt"], [id^="cmnt"]'
const ANSWERS = '[href^="#_msoanchor"], [href^="#cmnt_ref"]' // what leads from a comment back to the text
const DELETIONS = 'del, s, strike, .deletion, [class*="msoDel" i], [class*="TextDeletion" i], [class*="MoveFrom" i]'
const UNSEEN =
  "[hidden], [popover], dialog:not([open]), .sr-only, .visually-hidden, .visuallyhidden, .screen-reader-text, .screenreader-only"
const FOOTNOTES =
  '.sdfootnoteanc, .sdendnoteanc, .MsoFootnoteReference, .MsoEndnoteReference, [href^="#_ftn"]:not([href^="#_ftnref"]), ' +
  '[href^="#_edn"]:not([href^="#_ednref"]), [href^="#ftnt"]:not([href^="#ftnt_ref"])'
const BLACK = "#000000"
const FAR = 999 // pixels: what stands further off than this is on no screen
const PIXELS = { em: 16, rem: 16, ex: 8, ch: 8, pt: 4 / 3, pc: 16, cm: 38, mm: 3.8, in: 96, "%": 5, vw: 10, vh: 10 } // about
const SEEN = 0.05 // of 1: what is less opaque than this is not seen
const ALIKE = 12 // of 255: nobody sees how two colours differ that are nearer than this

export function leaveOut(body, html, tell) {
  leaveOutNodes(body, tell)
  for (const element of body.querySelectorAll(NEVER_SHOWN)) element.remove()
  markComments(body)
  replaceFields(body)
  leaveOutColumns(body, tell)
  let code = [] // the field codes that are open, such as HYPERLINK: only their results are shown
  const visit = (element, seen) => {
    for (const node of [...element.childNodes]) {
      if (node.nodeType === Node.TEXT_NODE) {
        if (code.includes(true)) node.remove()
        else if (isUnseen(seen) && node.textContent.trim()) {
          tell("hidden", node.textContent)
          node.remove()
        }
        continue
      }
      const part = styleOf(node, "mso-element")
      if (part === "field-begin") code.push(true)
      if (part === "field-separator" && code.length) code[code.length - 1] = false
      if (part === "field-end") code.pop()
      const kind = kindOf(node, part)
      if (!kind) visit(node, look(node, seen))
      else takeOut(node, kind, tell)
    }
  }
  const paper = /mso-|content="?(Microsoft|LibreOffice|OpenOffice)|docs-internal-guid/i.test(html) ? "#ffffff" : ""
  visit(body, look(body, { background: paper, color: "" }))
  const notes = [...body.querySelectorAll(FOOTNOTES)].map((each) => each.textContent.trim()).filter(Boolean)
  if (notes.length) tell("footnote", [...new Set(notes)].join(" "))
}

/* HTML comments, in which Word keeps the text boxes that browsers don't know. */
function leaveOutNodes(root, tell) {
  const comments = document.createNodeIterator(root, NodeFilter.SHOW_COMMENT)
  const found = []
  while (comments.nextNode()) found.push(comments.referenceNode)
  for (const comment of found) comment.remove()
  const plain = (text) => text.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ").trim()
  const shown = plain(root.textContent)
  for (const { data } of found) {
    for (const [, box] of data.matchAll(/<v:textbox\b[^>]*>([\s\S]*?)<\/v:textbox>/gi)) {
      const { body } = new DOMParser().parseFromString(withoutPolicyBreaches(box), "text/html")
      const words = plain(body.textContent)
      if (words && !shown.includes(words)) tell("textbox", words)
    }
  }
}

/* A comment without Word's own marks, as in a mail or from Google Docs, is the paragraph that leads back to the text. */
function markComments(root) {
  for (const answer of root.querySelectorAll(ANSWERS)) {
    const block = answer.closest("p, li") ?? answer
    const box = block.parentElement
    const isBoxed = box.localName === "div" && box.firstElementChild === block && answer.matches('[href^="#cmnt"]')
    const comment = isBoxed ? box : block
    comment.dataset.style = `${comment.dataset.style ?? ""};mso-element:comment`
  }
}

/* A field of a form says what is chosen or typed in it. */
function replaceFields(root) {
  for (const select of root.querySelectorAll("select")) {
    select.replaceWith([...select.selectedOptions].map((option) => option.textContent.trim()).join(", "))
  }
  for (const input of root.querySelectorAll("input, textarea")) {
    if (input.matches("[hidden]") || isHidden(input)) continue // it is told, as all that is hidden
    const isText = /^(text|search|url|tel|email|number|date|time|textarea)$/.test(input.type)
    if (isText || input.type === "hidden") input.replaceWith(isText ? input.value : "")
  }
}

/* Columns that a spreadsheet hides. */
function leaveOutColumns(root, tell) {
  for (const table of root.querySelectorAll("table")) {
    let place = 0
    const hidden = new Set()
    for (const column of table.querySelectorAll("col")) {
      const isGone = styleOf(column, "display") === "none" || styleOf(column, "visibility") === "collapse"
      for (let i = 0; i < (column.span || 1); i++) if (isGone) hidden.add(place + i)
      place += column.span || 1
    }
    if (!hidden.size) continue
    for (const { cell, left, width } of cellsOf(table)) {
      const gone = [...Array(width).keys()].filter((i) => hidden.has(left + i)).length
      if (gone === width) takeOut(cell, "hidden", tell)
      else if (gone) cell.colSpan = width - gone
    }
  }
}

function kindOf(element, part) {
  if (part.startsWith("comment") || styleOf(element, "mso-special-character") === "comment") return "comment"
  if (element.matches(COMMENTS)) return "comment"
  if (element.matches(DELETIONS)) return "deleted"
  const line = ["text-decoration", "text-decoration-line"].some((name) => styleOf(element, name).includes("line-through"))
  const msoLine = styleOf(element, "text-line-through")
  if (line || (msoLine && msoLine !== "none")) return "deleted"
  if (element.matches(UNSEEN) || isHidden(element)) return "hidden"
  if (element.matches(PICTURES) || /^v:image/.test(element.localName)) return "picture"
  if (element.matches(EMBEDS)) return "embed"
  return ""
}

function isHidden(element) {
  const style = (name) => styleOf(element, name)
  if (style("display") === "none" || style("content-visibility") === "hidden") return true
  if (style("mso-hide") && style("mso-hide") !== "none") return true
  if ([style("opacity"), /opacity\(([^)]*)/.exec(style("filter"))?.[1]].some((said) => part(said) < SEEN)) return true
  if (/^scale(3d)?\(0[,)]/.test(style("transform")) || parseFloat(style("scale")) === 0) return true
  const clip = style("clip-path")
  if (/^inset\((50|100)%|^(circle|ellipse)\(0|^polygon\((\s*,?\s*0(px|%)?\s+0(px|%)?)+\s*\)/.test(clip)) return true
  if (/^rect\((\s*,?\s*[01](px)?){4}\s*\)/.test(style("clip"))) return true
  const filled = [style("mso-style-textfill-fill-alpha"), style("mso-style-textfill-type")]
  if (part(filled[0]) < SEEN || filled[1] === "none") return true
  if (/^["']?\\$/.test(style("mso-number-format"))) return true // `\;\;\;` by which Excel shows nothing of a value
  if (element.localName === "tr" && parseFloat(style("height") || element.getAttribute("height")) === 0) return true
  const moved = style("transform").match(/translate\w*\([^)]*/)?.[0].split(/[(,]/) ?? []
  const places = ["left", "right", "top", "bottom", "text-indent", "margin-left", "margin-top"].map(style)
  if ([...places, ...style("inset").split(/\s+/), ...moved].some((place) => pixels(place) <= -FAR)) return true
  const isSmall = ["width", "height", "max-width", "max-height"].some((name) => parseFloat(style(name)) <= 1 && !/em|%/.test(style(name)))
  return isSmall && /hidden|clip/.test(style("overflow"))
}

/* What part of the whole a number or a percentage is. */
function part(said) {
  return parseFloat(said) / (/%/.test(said) ? 100 : 1)
}

/* About how many pixels a length of a style sheet is. */
function pixels(length) {
  const [, number, unit] = /^\s*(-?[\d.]+)([a-z%]*)/.exec(length) ?? []
  return Number(number) * (PIXELS[unit] ?? 1)
}

/* What text in `element` looks like; `seen` is what the text around it looks like. */
function look(element, seen) {
  const now = { ...seen }
  const visibility = styleOf(element, "visibility")
  if (visibility && visibility !== "inherit") now.invisible = /hidden|collapse/.test(visibility)
  const size = styleOf(element, "font-size") || /(?:^|\s)([\d.]+(?:px|pt)?)(?=\/|\s)/.exec(styleOf(element, "font"))?.[1] || ""
  if (parseFloat(size) === 0 || /^(0?\.\d+|1(\.0*)?)(px|pt)$|^0?\.0\d*r?em$|^\d(\.\d*)?%$/.test(size)) now.tiny = true
  else if (/^[\d.]+(px|pt|pc|cm|mm|in|rem|vw)$|^(x+-)?(small|large)$|^medium$/.test(size)) now.tiny = false
  const attribute = (name) => element.getAttribute(name)?.replace(/^(?=[\da-f]{6}$)/i, "#")
  const color = colorIn(styleOf(element, "-webkit-text-fill-color") || styleOf(element, "color") || attribute("color"))
  if (color) now.color = color
  if (styleOf(element, "mso-highlight")) now.isMarked = true
  const behind = ["background-color", "background", "mso-shading"].map((name) => styleOf(element, name)).find(Boolean)
  const background = behind || attribute("bgcolor")
  if (/url|gradient/.test(`${background} ${styleOf(element, "background-image")}`) || element.hasAttribute("background")) {
    now.background = ""
  } else if (background) {
    const named = background.split(/\s+(?![^(]*\))/).map(colorIn).find(Boolean)
    if (named && !isClear(named)) now.background = named
  }
  return now
}

function isUnseen({ invisible, tiny, color, background, isMarked }) {
  const ink = color || (isMarked ? BLACK : "") // under a marker Word writes in black, also where it may choose
  return Boolean(invisible || tiny || (ink && (isClear(ink) || isAlike(ink, background))))
}

function isAlike(one, other) {
  const parts = (color) => /^#(..)(..)(..)$/.exec(color)?.slice(1).map((part) => parseInt(part, 16)) ?? []
  const others = parts(other)
  return one === other || (others.length > 0 && parts(one).filter((part, place) => Math.abs(part - others[place]) < ALIKE).length === 3)
}

function isClear(color) {
  return Number(/^rgba\(.*, ?([\d.]+)\)$/.exec(color)?.[1] ?? 1) < SEEN
}

/* The one way to write a colour; "" for none. */
function colorIn(value) {
  if (!value || !CSS.supports("color", value) || /^(inherit|initial|unset|revert|currentcolor|auto)/.test(value)) return ""
  const context = document.createElement("canvas").getContext("2d")
  context.fillStyle = value
  return context.fillStyle
}

function takeOut(element, kind, tell) {
  const inside = element.querySelector(PICTURES)
  if (kind === "picture") {
    const alt = element.getAttribute("alt") ?? element.querySelector("img")?.getAttribute("alt") ?? ""
    if (/^\p{Extended_Pictographic}/u.test(alt)) return element.replaceWith(alt) // an emoji that is drawn
    const isPixel = [element.getAttribute("width"), element.getAttribute("height")].every((size) => size && size <= 1)
    const source = element.getAttribute("src") ?? ""
    const isBullet = element.closest("span") && markersIn(element.closest("p") ?? element).some((each) => each.contains(element))
    if (!isPixel && !isBullet) tell("picture", alt, source)
  } else if (kind === "comment") {
    const bodies = [...element.querySelectorAll("[data-style]")].filter((each) => styleOf(each, "mso-element") === "comment")
    for (const body of bodies.length ? bodies : [element]) {
      const words = body.textContent.replace(/\s+/g, " ").replace(/^[\s[\]]*\[\w*\]/, "").trim()
      if (words) tell("comment", words)
      else if (element.matches(".msocomanchor, [href^='#cmnt'], .MsoCommentReference")) tell("comment", "")
    }
  } else if (kind === "embed" || element.textContent.trim()) tell(kind, element.textContent)
  else if (inside) tell("picture", inside.getAttribute("alt") ?? "")
  for (const block of [element.closest("p"), element.closest("li")]) if (block) block.dataset.emptied = ""
  // A cell that is only emptied: without it the others would move.
  if (/^T[DH]$/.test(element.tagName) && kind === "deleted") element.replaceChildren()
  else element.remove()
}
