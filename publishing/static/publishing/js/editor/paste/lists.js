/* Real lists, of what Word writes as paragraphs and of lines of plain text; and the numbers of lists. */

import { crel, pm } from "django-prose-editor/editor"

import { HEADINGS, isEmpty } from "./dom.js"
import { sheetOf, styleOf } from "./sheets.js"

const MARKED_LINE =
  /^(\s*)([-–—*•·▪◦‣●○■]|\(?(?:\d{1,3}|[a-z]|[ivxlc]{1,6}|[IVXLC]{1,6})[.)]|\(?[A-Z]\))\s+(?=\S)(.*)$/

/* Word writes a list as paragraphs whose style says `mso-list: l0 level1 lfo1`, each beginning
   with its bullet or number as text, marked `mso-list: Ignore`. `formats` is what its sheet says of each level. */
export function makeLists(root, formats = {}) {
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
    while (open.length && open.at(-1).level > level) open.pop()
    if (open.at(-1)?.level === level && !goesOn(open.at(-1), kind, readings)) open.pop()
    if (open.at(-1)?.level !== level) {
      // Below the last item of the list above; where there is none, as after a paragraph, it stands by itself.
      const list = document.createElement(kind)
      if (open.length) open.at(-1).list.lastElementChild.append(list)
      else paragraph.before(list)
      open.push({ list, level, id, readings, count: 0 })
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
export function listFormats(html) {
  const formats = {}
  for (const [, list, level, said] of sheetOf(html).matchAll(/@list\s+(l\d+):(level\d)\s*\{([^}]*)\}/gi)) {
    formats[`${list} ${level}`.toLowerCase()] = /mso-level-number-format:\s*([\w-]+)/i.exec(said)?.[1].toLowerCase()
  }
  return formats
}

export function markersIn(paragraph) {
  return [...paragraph.querySelectorAll("span")].filter((span) => styleOf(span, "mso-list").startsWith("ignore"))
}

/* The kind of numbers of a real list, the numbers that its items say they have, and lists that were torn apart. */
export function keepNumbers(list) {
  const style = (element) => styleOf(element, "list-style-type") || styleOf(element, "list-style")
  const first = list.querySelector(":scope > li")
  const said = style(list) || (first ? style(first) : "")
  const [, letters, roman] = /(?:(lower|upper)-(?:alpha|latin))|(?:(lower|upper)-roman)/.exec(said) ?? []
  if (letters) list.setAttribute("type", letters === "lower" ? "a" : "A")
  else if (roman) list.setAttribute("type", roman === "lower" ? "i" : "I")
  else if (/decimal/.test(said)) list.removeAttribute("type")
  else if (first?.hasAttribute("type") && !list.hasAttribute("type")) list.setAttribute("type", first.getAttribute("type"))
  if (!/^[aAiI]$/.test(list.getAttribute("type") ?? "")) list.removeAttribute("type")
  if (list.reversed) countDown(list)
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

/* Writes at each item of a list that counts down which number it has. */
function countDown(list) {
  const items = [...list.querySelectorAll(":scope > li")]
  let next = Number(list.getAttribute("start") ?? items.length)
  list.removeAttribute("start")
  for (const item of items) {
    if (!item.hasAttribute("value")) item.setAttribute("value", next)
    next = Number(item.getAttribute("value")) - 1
  }
}

/* Plain text: lines that begin with a dash, a bullet or a number become lists. */
export function parseLists(text, $context, view) {
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
