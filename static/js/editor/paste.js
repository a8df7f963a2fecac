/* What is pasted from a word processor comes in clean: real lists and headings, bold and italic,
   tables and links, and nothing of its styles. What a reader of the source does not see, or sees
   crossed out, never becomes text; a notice says what was left out. The server sanitises again
   when it is saved. */

import { Extension, OrderedList as BaseOrderedList, Plugin, crel, pm } from "django-prose-editor/editor"

const KEPT = { A: ["href"], TD: ["colspan", "rowspan"], TH: ["colspan", "rowspan"], OL: ["start", "type"] }
const NEVER_SHOWN = "head, style, script, meta, link, title, xml, noscript, template, datalist, rp, annotation, annotation-xml"
const PICTURES = "img, picture, svg, canvas"
const EMBEDS = "object, embed, iframe, video, audio, input, textarea"
const COMMENTS =
  ".msocomtxt, .msocomanchor, .msocomoff, .MsoCommentReference, .MsoCommentText, .MsoCommentSubject, .comment-start, " +
  '[id^="_com_"], [href^="#_msocom"], [href^="#_msoanchor"], [name^="_msocom"], [href^="#cmnt"], [id^="cmnt"]'
const ANSWERS = '[href^="#_msoanchor"], [href^="#cmnt_ref"]' // what leads from a comment back to the text
const DELETIONS = 'del, s, strike, .deletion, [class*="msoDel" i], [class*="TextDeletion" i]'
const UNSEEN =
  "[hidden], dialog:not([open]), .sr-only, .visually-hidden, .visuallyhidden, .screen-reader-text, .screenreader-only"
const FOOTNOTES =
  '.sdfootnoteanc, .sdendnoteanc, .MsoFootnoteReference, .MsoEndnoteReference, [href^="#_ftn"]:not([href^="#_ftnref"]), ' +
  '[href^="#_edn"]:not([href^="#_ednref"]), [href^="#ftnt"]:not([href^="#ftnt_ref"])'
const HEADINGS = "h1, h2, h3, h4, h5, h6"
const HIGHEST = 2
const LOWEST = 3
const EXCERPT = 80 // letters of what was left out that the notice shows
const MARKED_LINE =
  /^(\s*)([-–—*•·▪◦‣●○■]|\(?(?:\d{1,3}|[a-z]|[ivxlc]{1,6}|[IVXLC]{1,6})[.)]|\(?[A-Z]\))\s+(?=\S)(.*)$/
const EXCERPTS = 5 // of what was left out of one kind
const FAR = 999 // pixels: what stands further off than this is on no screen

export const CleanPaste = Extension.create({
  name: "cleanPaste",

  addOptions() {
    return { words: {} }
  },

  addStorage() {
    return { files: [], tell: () => {} }
  },

  onCreate() {
    const show = makeNotice(this.editor, this.options.words)
    // Says what was left out, for other extensions too; `losses` is a list of [kind, words].
    this.storage.tell = (losses) => show(losses, this.storage.files)
  },

  addProseMirrorPlugins() {
    const remember = (view, { clipboardData, dataTransfer }) => {
      const data = clipboardData ?? dataTransfer
      this.storage.files = [...(data?.files ?? [])].filter((file) => file.type.startsWith("image/"))
      const html = data?.getData("text/html") ?? ""
      const hasText = html || data?.getData("text/plain")
      const losses = hasText ? [] : this.storage.files.map((file) => ["picture", file.name])
      // With words, the file is a drawing of the whole: Word and Excel give one too.
      if (html.replace(/<style[\s\S]*?<\/style>|<[^>]*>/gi, "").trim()) this.storage.files = []
      this.storage.tell(losses)
      return false
    }
    const props = {
      handleDOMEvents: { paste: remember, drop: remember },
      transformPastedHTML: (html) => {
        const losses = []
        const cleaned = clean(html, (kind, words, source) => {
          losses.push([kind, words])
          const file = fileOf(source)
          if (file) this.storage.files.push(file)
        })
        this.storage.tell(losses)
        return cleaned
      },
      clipboardTextParser: (text, $context, asItIs, view) => !asItIs && parseLists(text, $context, view),
    }
    return [new Plugin({ props })]
  },
})

/* Without the plugin that makes lists of plain text: it forgets letters and knows no bullets. */
export const OrderedList = BaseOrderedList.extend({
  addProseMirrorPlugins: () => [],

  addAttributes() {
    return this.parent?.() // an extension inherits what it does not name twice over, and would read every type as decimal
  },
})

/* `html` without what a text can't have; `tell(kind, words)` hears of each thing that was left out. */
export function clean(html, tell = () => {}) {
  const whole = /^(\s|<meta[^>]*>|<!--.*?-->)*<(t[rdh]|tbody|thead)\b/i.test(html) ? `<table>${html}</table>` : html
  const { body } = new DOMParser().parseFromString(withoutPolicyBreaches(whole), "text/html")
  applySheets(body, html)
  let told = 0
  leaveOut(body, html, (...loss) => {
    told++
    tell(...loss)
  })
  for (const item of body.querySelectorAll("li[data-emptied]")) if (isEmpty(item)) item.remove()
  // Copied from an editor like this one: it has no styles, and its structure is right already.
  if (html.includes("data-pm-slice")) return told ? body.innerHTML : html
  makeLists(body, listFormats(html))
  for (const element of body.querySelectorAll("*")) {
    if (element.localName.includes(":")) unwrap(element) // o:p, st1:place, w:sdt
  }
  keepEmphasis(body)
  levelHeadings(body)
  for (const cell of body.querySelectorAll("thead td")) rename(cell, "th")
  for (const table of body.querySelectorAll("table")) clipSpans(table)
  for (const wrapper of body.querySelectorAll(".ListContainerWrapper")) unwrap(wrapper) // Word for the web
  for (const list of body.querySelectorAll("ol")) keepNumbers(list)
  for (const formula of body.querySelectorAll("msup, msub")) {
    const small = formula.lastElementChild
    if (small) small.replaceWith(crel(formula.localName.slice(1), { textContent: small.textContent }))
  }
  for (const fraction of body.querySelectorAll("mfrac")) fraction.firstElementChild?.after("/")
  for (const quote of body.querySelectorAll("q")) quote.replaceWith("“", ...quote.childNodes, "”")
  for (const element of body.querySelectorAll("*")) {
    const kept = KEPT[element.tagName] ?? []
    for (const { name } of [...element.attributes]) {
      if (!kept.includes(name)) element.removeAttribute(name)
    }
  }
  for (const link of body.querySelectorAll("a")) tidyLink(link)
  for (const span of body.querySelectorAll("span, font, ins")) unwrap(span)
  for (const paragraph of body.querySelectorAll("p")) {
    if (isEmpty(paragraph) && !paragraph.closest("td, th")) paragraph.remove()
  }
  return body.innerHTML
}

/* Browsers apply our Content-Security-Policy while they parse: they would refuse what we only want to read. */
function withoutPolicyBreaches(html) {
  return html
    .replace(/<(style|script)\b[\s\S]*?<\/\1\s*>/gi, "")
    .replace(/<[a-z](?:"[^"]*"|'[^']*'|[^'">])*>/gi, (tag) =>
      tag.replace(/([\s"'/])(style|on[a-z]+)(?=\s*=)/gi, "$1 data-$2"),
    )
}

/* Styles */

/* Writes what the style sheets of `html` say of an element before its own style. */
function applySheets(root, html) {
  const rules = []
  for (const [, selectors, declarations] of sheetOf(html).matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    for (const selector of selectors.split(",")) rules.push([specificity(selector), selector.trim(), declarations])
  }
  rules.sort(([one], [other]) => one - other)
  const sheets = new Map()
  const important = new Map()
  const add = (map, element, declarations) => map.set(element, `${map.get(element) ?? ""};${declarations}`)
  for (const [, selector, declarations] of rules) {
    const forced = declarations.split(";").filter((each) => /!\s*important/i.test(each))
    for (const element of matching(root, selector)) {
      add(sheets, element, declarations)
      if (forced.length) add(important, element, forced.join(";"))
    }
  }
  for (const [element, declarations] of sheets) {
    const own = element.getAttribute("data-style") ?? element.getAttribute("style") ?? ""
    element.setAttribute("data-style", `${declarations};${own}${important.get(element) ?? ""}`)
  }
}

function sheetOf(html) {
  return [...html.matchAll(/<style\b[^>]*>([\s\S]*?)<\/style\s*>/gi)]
    .map(([, sheet]) => sheet)
    .join("\n")
    .replace(/<!--|-->/g, "")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/@media\b([^{]*)\{((?:[^{}]*\{[^{}]*\})*)[^{}]*\}/gi, (_, query, inside) =>
      matchMedia(query.trim()).matches ? inside : "",
    )
}

function specificity(selector) {
  const count = (pattern) => selector.match(pattern)?.length ?? 0
  return 100 * count(/#/g) + 10 * count(/[.[:]/g) + count(/(^|[\s>+~])[a-z]/gi)
}

function matching(root, selector) {
  try {
    return [...root.querySelectorAll(selector), ...(root.matches(selector) ? [root] : [])]
  } catch {
    return [] // @page, @list, and what no browser knows
  }
}

/* What the style says of `name`, in small letters; as text, because browsers drop what only Word knows. */
function styleOf(element, name) {
  const style = element.getAttribute("data-style") ?? element.getAttribute("style")
  if (!style) return ""
  const found = [...style.matchAll(new RegExp(`(?:^|[;\\s])${name}\\s*:\\s*([^;]+)`, "gi"))].at(-1)
  return found?.[1].replace(/!\s*important/i, "").trim().toLowerCase() ?? ""
}

/* What a reader of the source does not see */

function leaveOut(body, html, tell) {
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
  if (parseFloat(style("opacity")) === 0 || /^scale\(0[,)]/.test(style("transform"))) return true
  if (/^inset\((50|100)%/.test(style("clip-path")) || /^rect\((\s*,?\s*[01](px)?){4}\s*\)/.test(style("clip"))) return true
  const isAway = ["left", "right", "top", "text-indent", "margin-left"].some((name) => parseFloat(style(name)) <= -FAR)
  if (isAway) return true
  const isSmall = ["width", "height", "max-width", "max-height"].some((name) => parseFloat(style(name)) <= 1 && !/em|%/.test(style(name)))
  return isSmall && /hidden|clip/.test(style("overflow"))
}

/* What text in `element` looks like; `seen` is what the text around it looks like. */
function look(element, seen) {
  const now = { ...seen }
  const visibility = styleOf(element, "visibility")
  if (visibility && visibility !== "inherit") now.invisible = /hidden|collapse/.test(visibility)
  const size = styleOf(element, "font-size") || /(?:^|\s)([\d.]+(?:px|pt)?)(?=\/|\s)/.exec(styleOf(element, "font"))?.[1] || ""
  if (parseFloat(size) === 0 || /^(0?\.\d+|1(\.0*)?)(px|pt)$/.test(size)) now.tiny = true
  else if (/^[\d.]+(px|pt|pc|cm|mm|in|rem|vw)$|^(x+-)?(small|large)$|^medium$/.test(size)) now.tiny = false
  const color = colorIn(styleOf(element, "color") || element.getAttribute("color"))
  if (color) now.color = color
  const background = styleOf(element, "background-color") || styleOf(element, "background") || element.getAttribute("bgcolor")
  if (/url|gradient/.test(`${background} ${styleOf(element, "background-image")}`) || element.hasAttribute("background")) {
    now.background = ""
  } else if (background) {
    const named = background.split(/\s+(?![^(]*\))/).map(colorIn).find(Boolean)
    if (named && !isClear(named)) now.background = named
  }
  return now
}

function isUnseen({ invisible, tiny, color, background }) {
  return Boolean(invisible || tiny || (color && (isClear(color) || color === background)))
}

function isClear(color) {
  return /^rgba\(.*, ?0\)$/.test(color)
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

/* Lists */

/* Word writes a list as paragraphs whose style says `mso-list: l0 level1 lfo1`, each beginning
   with its bullet or number as text, marked `mso-list: Ignore`. `formats` is what its sheet says of each level. */
function makeLists(root, formats = {}) {
  let open = [] // the lists that go on, one for each level
  const made = []
  const gone = {} // of each level: how many of its items were left out
  const last = {} // of each level of Word: what its numbers looked like, and what comes next
  for (const paragraph of root.querySelectorAll(`p, ${HEADINGS}`)) {
    const found = markersIn(paragraph)
    const marker = found.map((each) => each.textContent.trim()).join("")
    for (const each of found) each.remove()
    const style = styleOf(paragraph, "mso-list")
    const level = Number(/\blevel(\d)/.exec(style)?.[1])
    const id = /\bl\d+ level\d/.exec(style)?.[0] ?? `level${level}`
    if (level && marker && "emptied" in paragraph.dataset && isEmpty(paragraph)) {
      gone[id] = (gone[id] ?? 0) + 1 // the numbers after it count an item that is not there any more
      paragraph.remove()
      continue
    }
    let readings = readingsOf(marker, formats[id])
    if (readings?.some(({ value }) => value <= (gone[id] ?? 0))) gone[id] = 0 // they begin anew
    readings = readings?.map(({ type, value }) => ({ type, value: value - (gone[id] ?? 0) }))
    if (!level || paragraph.localName !== "p" || !readings) {
      if (marker) paragraph.prepend(`${marker} `) // the number of a heading, “Artikel 1.”
      continue
    }
    const kind = readings.length ? "ol" : "ul"
    if (open[0]?.list.nextElementSibling !== paragraph) open = []
    if (open[level - 1] && !goesOn(open[level - 1], kind, readings)) open.length = Math.min(open.length, level - 1)
    open.length = Math.min(open.length, level)
    while (open.length < level) {
      const list = document.createElement(kind)
      const above = open.at(-1)?.list
      if (above) (above.lastElementChild ?? above.appendChild(document.createElement("li"))).append(list)
      else paragraph.before(list)
      open.push({ list, id, readings: open.length === level - 1 ? readings : [], count: 0 })
      made.push(open.at(-1))
    }
    const current = open.at(-1)
    current.list.appendChild(document.createElement("li")).append(paragraph)
    current.count++
  }
  for (const { list, id, readings, count } of made) {
    const before = last[id]
    const [best] = readings.toSorted((one, other) => rank(one, before) - rank(other, before) || one.value - other.value)
    if (!best) continue
    if (best.value !== 1) list.setAttribute("start", best.value)
    if (best.type !== "1") list.setAttribute("type", best.type)
    last[id] = { type: best.type, value: best.value + count }
  }
}

/* Whether the next item may stand in this list; leaves only the readings that fit both. */
function goesOn(current, kind, readings) {
  if (current.list.localName !== kind) return false
  if (kind === "ul") return true
  if (!current.count) {
    current.readings = readings // it only held a deeper list
    return true
  }
  const fitting = current.readings.filter(({ type, value }) =>
    readings.some((each) => each.type === type && each.value === value + current.count),
  )
  if (fitting.length) current.readings = fitting
  return fitting.length > 0
}

function rank({ type, value }, before) {
  return before?.type === type && before.value === value ? 0 : value === 1 ? 1 : 2
}

/* What a marker may count, as `{type, value}` of an <ol>; none for a bullet, null for words that are no marker. */
function readingsOf(marker, format) {
  const found = /^\(?(?:[\da-z]{1,4}[.-])*?(\d{1,4}|[a-z]{1,7})([.):°/-]*)\)?$/i.exec(marker)
  if (format === "bullet" || format === "image" || !found) return /\d|[a-z]{3}|[a-z]\W+[a-z]/i.test(marker) ? null : []
  const [, text, sign] = found
  if (/^\d+$/.test(text)) return [{ type: "1", value: Number(text) }]
  if (!sign && !format && !marker.startsWith("(")) return text.length > 2 ? null : [] // the “o” that is a bullet
  const isUpper = text === text.toUpperCase()
  const readings = []
  const roman = romanValue(text.toUpperCase())
  if (roman && !format?.startsWith("alpha")) readings.push({ type: isUpper ? "I" : "i", value: roman })
  if (text.length <= 2 && !format?.startsWith("roman")) readings.push({ type: isUpper ? "A" : "a", value: letterValue(text) })
  return readings.length ? readings : null
}

function romanValue(text) {
  if (!/^M{0,3}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})$/.test(text)) return 0
  const values = [...text].map((letter) => ({ I: 1, V: 5, X: 10, L: 50, C: 100, D: 500, M: 1000 })[letter])
  return values.reduce((sum, value, place) => sum + (value < (values[place + 1] ?? 0) ? -value : value), 0)
}

function letterValue(text) {
  return [...text.toLowerCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 96, 0)
}

/* The kinds of numbers in Word's own sheet: `@list l0:level2 {mso-level-number-format:alpha-lower;}`. */
function listFormats(html) {
  const formats = {}
  for (const [, list, level, said] of sheetOf(html).matchAll(/@list\s+(l\d+):(level\d)\s*\{([^}]*)\}/gi)) {
    formats[`${list} ${level}`.toLowerCase()] = /mso-level-number-format:\s*([\w-]+)/i.exec(said)?.[1].toLowerCase()
  }
  return formats
}

function markersIn(paragraph) {
  return [...paragraph.querySelectorAll("span")].filter((span) => styleOf(span, "mso-list").startsWith("ignore"))
}

/* The kind of numbers of a real list, the numbers that its items say they have, and lists that were torn apart. */
function keepNumbers(list) {
  const style = (element) => styleOf(element, "list-style-type") || styleOf(element, "list-style")
  const first = list.querySelector(":scope > li")
  const said = style(list) || (first ? style(first) : "")
  const [, letters, roman] = /(?:(lower|upper)-(?:alpha|latin))|(?:(lower|upper)-roman)/.exec(said) ?? []
  if (letters) list.setAttribute("type", letters === "lower" ? "a" : "A")
  else if (roman) list.setAttribute("type", roman === "lower" ? "i" : "I")
  else if (/decimal/.test(said)) list.removeAttribute("type")
  else if (first?.hasAttribute("type") && !list.hasAttribute("type")) list.setAttribute("type", first.getAttribute("type"))
  if (!/^[aAiI]$/.test(list.getAttribute("type") ?? "")) list.removeAttribute("type")
  let current = list
  let next = Number(list.getAttribute("start") ?? 1)
  for (const item of [...list.querySelectorAll(":scope > li")]) {
    const value = Number(item.getAttribute("value") || next)
    if (value !== next) {
      if (item !== current.querySelector(":scope > li")) {
        const rest = list.cloneNode(false)
        current.after(rest)
        current = rest
      }
      current.setAttribute("start", value)
    }
    if (current !== list) current.append(item)
    next = value + 1
  }
  const before = list.previousElementSibling
  if (before?.tagName !== "OL" || before.getAttribute("type") !== list.getAttribute("type")) return
  const end = Number(before.getAttribute("start") ?? 1) + before.querySelectorAll(":scope > li").length
  if (end === Number(list.getAttribute("start") ?? 1) && current === list) {
    before.append(...list.childNodes)
    list.remove()
  }
}

/* Plain text: lines that begin with a dash, a bullet or a number become lists. */
function parseLists(text, $context, view) {
  const lines = text.split(/\r\n?|\n/)
  const written = lines.filter((line) => line.trim())
  const found = written.map((line) => MARKED_LINE.exec(line))
  const readings = found.map((match) => (match ? (readingsOf(match[2]) ?? []) : []))
  const isNextTo = (one, other, step) =>
    found[other]?.[1].length === found[one][1].length &&
    readings[one].some((each) => readings[other].some(({ type, value }) => type === each.type && value === each.value + step))
  const places = [...found.keys()]
  // One line in a paragraph may well begin with a dash without being a list; so may one with a letter or a number.
  const marked = found.map((match, place) => {
    if (!match || (written.length === 1 && $context.parent.content.size)) return null
    if (!/\w/.test(match[2]) || /^\(?1\W/.test(match[2])) return match
    return places.some((other) => isNextTo(place, other, 1) || isNextTo(place, other, -1)) ? match : null
  })
  if (!marked.some(Boolean)) return null
  const root = document.createElement("div")
  let depths = []
  for (const [place, line] of written.entries()) {
    const match = marked[place]
    const item = root.lastElementChild
    if (!match && depths.length && /^\s/.test(line) && item) {
      item.append(` ${line.trim()}`) // a line that goes on below its marker
      continue
    }
    const paragraph = root.appendChild(document.createElement("p"))
    if (!match) {
      depths = []
      paragraph.textContent = line.trim()
      continue
    }
    const indent = match[1].replace(/\t/g, "    ").length
    while (depths.length && depths.at(-1) > indent) depths.pop()
    if (!depths.length || depths.at(-1) < indent) depths.push(indent)
    const mark = crel("span", { textContent: match[2] })
    mark.dataset.style = "mso-list:ignore"
    paragraph.dataset.style = `mso-list:l0 level${Math.min(depths.length, 9)}`
    paragraph.append(mark, match[3])
  }
  makeLists(root)
  return pm.model.DOMParser.fromSchema(view.state.schema).parseSlice(root, { preserveWhitespace: true, context: $context })
}

/* Tables */

/* The cells of a table with the column in which each begins. */
function cellsOf(table) {
  const taken = []
  return [...table.rows].flatMap((row, top) =>
    [...row.cells].map((cell) => {
      let left = 0
      while (taken[top]?.[left]) left++
      const width = cell.colSpan
      for (let i = 0; i < Math.max(cell.rowSpan, 1); i++) {
        taken[top + i] ??= []
        for (let j = 0; j < width; j++) taken[top + i][left + j] = true
      }
      return { cell, left, width }
    }),
  )
}

/* A cell that says it is higher than its table would add rows to it. */
function clipSpans(table) {
  for (const section of [...table.tBodies, table.tHead, table.tFoot].filter(Boolean)) {
    const rows = [...section.rows]
    for (const [place, row] of rows.entries()) {
      for (const cell of row.cells) {
        const left = rows.length - place
        if (cell.rowSpan === 0 || cell.rowSpan > left) cell.rowSpan = left
        if (cell.rowSpan === 1) cell.removeAttribute("rowspan")
        if (cell.colSpan === 1) cell.removeAttribute("colspan")
      }
    }
  }
}

/* Words */

/* Emphasis that only a style gives, and emphasis that a style takes away again. */
function keepEmphasis(root) {
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
  const href = (link.getAttribute("href") ?? "").trim()
  const words = link.textContent.trim()
  if (!href || href.startsWith("#") || href.startsWith("file:")) unwrap(link)
  else if (href.startsWith(`${location.origin}/`)) link.setAttribute("href", href.slice(location.origin.length))
  else if (/^www\./i.test(href)) link.setAttribute("href", `https://${href}`)
  // What Word makes of `www.example.org`, where nobody chose http.
  else if (href.replace(/\/$/, "") === `http://${words.replace(/\/$/, "")}`) link.setAttribute("href", href.replace("http:", "https:"))
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

/* The notice below the text. */

/* Makes the place of the notice; gives the function that fills it, or empties it when nothing was lost. */
function makeNotice(editor, words) {
  const box = crel("div", { className: "paste-notice", role: "status" })
  editor.view.dom.after(box)
  return (losses, files) => {
    box.replaceChildren()
    if (!losses.length) return
    const kinds = [...new Set(losses.map(([kind]) => kind))]
    const lines = kinds.map((kind) => crel("li", { textContent: line(words[kind], losses.filter(([each]) => each === kind)) }))
    const close = crel("button", { type: "button", textContent: words.close })
    close.addEventListener("click", () => {
      box.replaceChildren()
      editor.commands.focus()
    })
    const picture = kinds.includes("picture") ? offerPicture(editor, words, files) : []
    box.append(crel("p", {}, [crel("strong", { textContent: words.title })]), crel("ul", {}, lines), ...picture, close)
  }
}

function line(label, all) {
  const losses = all[0][0] === "comment" ? worded(all) : all
  const excerpts = losses
    .map(([, words]) => (words ?? "").replace(/\s+/g, " ").trim())
    .filter(Boolean)
    .map((words) => `“${words.length > EXCERPT ? `${words.slice(0, EXCERPT).trimEnd()}…` : words}”`)
  const count = losses.length > 1 ? ` (${losses.length})` : ""
  const shown = [...new Set(excerpts)]
  if (shown.length > EXCERPTS) shown.splice(EXCERPTS, shown.length, "…")
  return shown.length ? `${label}${count}: ${shown.join(", ")}` : `${label}${count}`
}

/* The comments themselves, not the signs in the text that stand for them. */
function worded(losses) {
  const said = losses.filter(([, words]) => words)
  return said.length ? said : losses.slice(0, 1)
}

/* The picture that is written in a `data:` address, as a file; undefined for another address. */
function fileOf(source) {
  const [, type, data] = /^data:image\/(png|jpeg|gif|webp);base64,([\w+/=\s]+)$/i.exec(source ?? "") ?? []
  if (!data) return undefined
  try {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))
    return new File([bytes], `picture.${type.toLowerCase()}`, { type: `image/${type.toLowerCase()}` })
  } catch {
    return undefined // cut off
  }
}

/* The way to the field for the picture of this page; with the picture itself where the browser has it. */
function offerPicture(editor, words, files) {
  const form = editor.view.dom.closest("form")
  const input = form?.querySelector(".picture-input input[type=file]:not([id*=__prefix__])")
  if (!input) return [crel("p", { textContent: words.homeless })]
  const name = input.labels[0]?.textContent.replace(/:\s*$/, "").trim() ?? ""
  const link = crel("a", { href: `#${input.id}`, textContent: words.upload.replace("%s", name) })
  // The field may be on another tab, which the address opens.
  const arrive = () => input.focus()
  link.addEventListener("click", () => {
    addEventListener("hashchange", arrive, { once: true })
    arrive()
  })
  const offers = [crel("p", {}, [link])]
  if (files.length) {
    const use = crel("button", { type: "button", textContent: words.use.replace("%s", name) })
    use.addEventListener("click", () => {
      const one = new DataTransfer()
      one.items.add(files[0])
      input.files = one.files
      input.dispatchEvent(new Event("change", { bubbles: true }))
      link.click()
    })
    offers.push(use)
  }
  return offers
}
