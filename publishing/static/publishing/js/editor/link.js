/* The link dialog of the rich text editor: choose a page of the site by its name, or give an
   address. A page is stored as a reference (`page:priorities.theme/3`), which survives a change
   of its address. One field, by the combobox pattern (WAI-ARIA Authoring Practices). */

import { Link as BaseLink, crel } from "django-prose-editor/editor"

const EXTENSION = /\s*(?:;ext=|,|\bext\.?|\bx|\btoestel|\bposte)\s*(?=\d+$)/i
const PHONE = /^\+?[\d\s()./-]{8,}((;ext=|,|\s*(ext\.?|x|toestel|poste))\s*\d{1,7})?$/i
const PAUSE = 150 // milliseconds without typing before the server is asked

let dialogs = 0

export const Link = BaseLink.extend({
  addOptions() {
    return {
      ...this.parent?.(),
      scheme: "",
      url: "",
      words: {},
      isAllowedUri(href, { defaultValidate }) {
        return href?.startsWith(`${this.scheme}:`) || defaultValidate(href)
      },
    }
  },

  addPasteRules() {
    // The rule of the library does not know `defaultProtocol`.
    const [rule] = this.parent?.() ?? []
    if (!rule) return []
    const find = rule.find
    rule.find = (text) =>
      find(text).map((found) => ({ ...found, data: { ...found.data, href: secured(found.data.href, found.text) } }))
    return [rule]
  },

  addMenuItems({ menu, buttons }) {
    menu.defineItem({
      name: "link",
      groups: "link",
      command: (editor) => editor.commands.addLink(),
      button: buttons.material("insert_link"),
    })
  },

  addCommands() {
    return {
      ...this.parent?.(),
      addLink:
        () =>
        ({ editor }) => {
          askForLink(editor, this.options)
          return true
        },
    }
  },
})

async function askForLink(editor, options) {
  const isLink = editor.isActive("link")
  const link = await openDialog(isLink ? editor.getAttributes("link").href : "", options)
  const chain = editor.chain().focus()
  if (link === null) return chain.run()
  if (isLink) chain.extendMarkRange("link")
  if (!link.href) return chain.unsetLink().run()
  if (isLink || !editor.state.selection.empty) return chain.setLink({ href: link.href }).run()
  const marks = [{ type: "link", attrs: { href: link.href } }]
  return chain.insertContent({ type: "text", text: link.title, marks }).unsetMark("link").run()
}

/* Promises `{href, title}`, with an empty href to take the link away, or null to leave all as it was. */
function openDialog(href, { words, url, scheme }) {
  const id = `link-dialog-${++dialogs}`
  const input = crel("input", {
    type: "text",
    id,
    autocomplete: "off",
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": `${id}-list`,
    "aria-describedby": `${id}-help ${id}-error`,
  })
  const list = crel("ul", { id: `${id}-list`, className: "link-targets", role: "listbox", "aria-label": words.label })
  const status = crel("p", { className: "link-status", role: "status" })
  const error = crel("p", { id: `${id}-error`, className: "link-error", role: "alert" })
  const save = crel("button", { type: "submit", textContent: words.save })
  const remove = crel("button", { type: "button", textContent: words.remove, hidden: !href })
  const cancel = crel("button", { type: "button", textContent: words.cancel })
  const form = crel("form", { noValidate: true }, [
    crel("h2", { id: `${id}-title`, className: "prose-editor-dialog-title", textContent: words.title }),
    crel("div", { className: "prose-editor-dialog-field" }, [
      crel("label", { htmlFor: id, textContent: words.label }),
      input,
      crel("p", { id: `${id}-help`, className: "link-help", textContent: words.help }),
      error,
      list,
      status,
    ]),
    crel("div", { className: "prose-editor-dialog-buttons" }, [save, remove, cancel]),
  ])
  const dialog = crel("dialog", { className: "prose-editor-dialog", "aria-labelledby": `${id}-title` }, [form])
  // Not inside the form of the page: a form in a form is no form.
  document.body.append(dialog)

  let chosen = null
  let asked = 0
  let timer

  const ask = async (parameters) => {
    const number = ++asked
    if (!url) return null // who writes may not see which pages there are
    try {
      const response = await fetch(`${url}?${new URLSearchParams(parameters)}`)
      if (!response.ok) throw new Error(response.statusText)
      const { pages } = await response.json()
      return number === asked ? pages : null
    } catch {
      if (number === asked) status.textContent = words.failed
      return null
    }
  }

  const show = (pages) => {
    list.replaceChildren(
      ...pages.map((page, index) => {
        const details = [page.kind, page.state].filter(Boolean).join(", ")
        const option = crel("li", { id: `${id}-${index}`, role: "option", "aria-selected": "false" }, [
          crel("span", { textContent: page.title }),
          crel("small", { textContent: ` ${details}` }),
        ])
        option.addEventListener("mousedown", (event) => event.preventDefault()) // the field keeps the focus
        option.addEventListener("click", () => choose(page))
        option.page = page
        return option
      }),
    )
    input.setAttribute("aria-expanded", String(pages.length > 0))
    activate(pages.length && !addressIn(input.value) ? list.firstElementChild : null)
  }

  const activate = (option) => {
    for (const each of list.children) each.setAttribute("aria-selected", String(each === option))
    if (option) {
      input.setAttribute("aria-activedescendant", option.id)
      option.scrollIntoView({ block: "nearest" })
    } else input.removeAttribute("aria-activedescendant")
  }

  const active = () => list.querySelector('[aria-selected="true"]')

  const choose = (page) => {
    chosen = page
    asked++
    input.value = page.title
    show([])
    status.textContent = [page.title, page.kind, page.state].filter(Boolean).join(", ")
    complain("")
    save.focus()
  }

  const complain = (message) => {
    error.textContent = message
    if (message) input.setAttribute("aria-invalid", "true")
    else input.removeAttribute("aria-invalid")
  }

  input.addEventListener("input", () => {
    chosen = null
    complain("")
    clearTimeout(timer)
    timer = setTimeout(async () => {
      const query = input.value.trim()
      if (!query) {
        asked++
        show([])
        status.textContent = ""
        return
      }
      const pages = await ask({ q: query })
      if (!pages) return
      show(pages)
      if (pages.length) status.textContent = words.count.replace("%s", pages.length)
      else status.textContent = addressIn(query) ? "" : words.none
    }, PAUSE)
  })

  input.addEventListener("keydown", (event) => {
    const options = [...list.children]
    const place = options.indexOf(active())
    if (!options.length) return
    if (event.key === "ArrowDown") activate(options[(place + 1) % options.length])
    else if (event.key === "ArrowUp") activate(options.at(place < 1 ? -1 : place - 1))
    else if (event.key === "Enter" && active()) choose(active().page)
    else if (event.key === "Escape") show([])
    else return
    event.preventDefault()
  })

  if (href.startsWith(`${scheme}:`) && !url) {
    chosen = { href }
    input.value = words.own
  } else if (href.startsWith(`${scheme}:`)) {
    ask({ href }).then((pages) => pages?.[0] && choose(pages[0]))
  } else {
    const bare = href.replace(/^(mailto|tel):/, "")
    input.value = addressIn(bare) === href ? bare : href // tel:112 is no number without its scheme
  }

  return new Promise((resolve) => {
    let answer = null
    const close = (value) => {
      answer = value
      dialog.close()
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault()
      const address = chosen ? chosen.href : addressIn(input.value)
      if (address) close({ href: address, title: input.value.trim() })
      else {
        complain(words.invalid)
        input.focus()
      }
    })
    remove.addEventListener("click", () => close({ href: "", title: "" }))
    cancel.addEventListener("click", () => close(null))
    dialog.addEventListener("close", () => {
      clearTimeout(timer)
      dialog.remove()
      resolve(answer)
    })
    dialog.showModal()
    input.focus()
  })
}

/* The address that was made of `words`, with https where they name no scheme. */
function secured(href, words) {
  return /^http:/i.test(words) ? href : href.replace(/^http:/i, "https:")
}

/* A telephone number as a link dials it; the server makes it international (`publishing.phones.dialled`). */
function dialled(text) {
  const [number, extension] = text.split(EXTENSION)
  const digits = number.replace(/^(\+|00)([\d\s]*)\(0\)/, "$1$2").replace(/[^\d+]/g, "")
  return `tel:${digits}${extension ? `;ext=${extension}` : ""}`
}

/* The address that `text` gives or clearly means; "" when it is none. */
export function addressIn(text) {
  const value = text.replace(/\p{Default_Ignorable_Code_Point}/gu, "").trim()
  const phone = value.replace(/^tel:/i, "")
  if (PHONE.test(phone) || (phone !== value && /^[\d*#]{3,}$/.test(phone))) return dialled(phone)
  if (/^(https?:\/\/|mailto:|tel:)\S+$/i.test(value)) {
    return value.startsWith(`${location.origin}/`) ? value.slice(location.origin.length) : value
  }
  if (/^\/(?!\/)\S*$/.test(value)) return value
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) return `mailto:${value}`
  if (/^[\w-]+(\.[\w-]+)*\.[a-z]{2,}(\/\S*)?$/i.test(value)) return `https://${value}`
  return ""
}
