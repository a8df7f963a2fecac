/* What is pasted from a word processor comes in clean: real lists and headings, bold and italic,
   tables and links, and nothing of its styles. What a reader of the source does not see, or sees
   crossed out, never becomes text; a notice says what was left out. The server sanitises again
   when it is saved. */

import { Extension, OrderedList as BaseOrderedList, Plugin, crel } from "django-prose-editor/editor"

import { isEmpty, rename, unwrap } from "./paste/dom.js"
import { leaveOut } from "./paste/hidden.js"
import { keepNumbers, listFormats, makeLists, parseLists } from "./paste/lists.js"
import { fileOf, makeNotice } from "./paste/notice.js"
import { applySheets, withoutPolicyBreaches } from "./paste/sheets.js"
import { plainSymbols } from "./paste/symbols.js"
import { clipSpans } from "./paste/tables.js"
import { keepEmphasis, levelHeadings, tidyLink } from "./paste/words.js"

const KEPT = { A: ["href"], TD: ["colspan", "rowspan"], TH: ["colspan", "rowspan"], OL: ["start", "type"] }

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
  plainSymbols(body)
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
  for (const formula of body.querySelectorAll("msup, msub, msubsup")) {
    const places = formula.localName === "msubsup" ? ["sub", "sup"] : [formula.localName.slice(1)]
    const small = [...formula.children].slice(1)
    small.forEach((each, place) => each.replaceWith(crel(places[place] ?? "sup", { textContent: each.textContent })))
  }
  for (const root of body.querySelectorAll("msqrt")) root.replaceWith("√(", ...root.childNodes, ")")
  for (const fraction of body.querySelectorAll("mfrac")) fraction.firstElementChild?.after("/")
  for (const quote of body.querySelectorAll("q")) quote.replaceWith("“", ...quote.childNodes, "”")
  for (const element of body.querySelectorAll("*")) {
    const kept = KEPT[element.tagName] ?? []
    for (const { name } of [...element.attributes]) {
      if (!kept.includes(name)) element.removeAttribute(name)
    }
  }
  for (const link of body.querySelectorAll("a")) tidyLink(link)
  for (const span of body.querySelectorAll("span, font, ins, small")) unwrap(span)
  for (const paragraph of body.querySelectorAll("p")) {
    if (isEmpty(paragraph) && !paragraph.closest("td, th")) paragraph.remove()
  }
  return body.innerHTML
}
