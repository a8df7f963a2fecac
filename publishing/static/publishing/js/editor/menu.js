/* The bar of the rich text editor: its buttons are named in the language of the admin, and it
   follows the toolbar pattern (WAI-ARIA Authoring Practices): one stop for Tab, arrows within.
   The text itself gets the name and the language of its field. */

import { Menu as BaseMenu } from "django-prose-editor/editor"

const TOGGLES = {
  heading2: ["heading", { level: 2 }],
  heading3: ["heading", { level: 3 }],
  bulletList: ["bulletList"],
  orderedList: ["orderedList"],
  blockquote: ["blockquote"],
  bold: ["bold"],
  italic: ["italic"],
  superscript: ["superscript"],
  footnote: ["footnote"],
  subscript: ["subscript"],
  link: ["link"],
  "table:toggleHeaderCell": ["tableHeader"],
}

export const Menu = BaseMenu.extend({
  addOptions() {
    return { ...this.parent?.(), labels: {}, label: "" }
  },

  onCreate(event) {
    this.parent?.(event)
    const bar = this.storage.dom
    const textarea = bar.closest(".prose-editor").querySelector("textarea")
    describeText(event.editor, textarea)
    describeBar(event.editor, bar, this.options)
    moveByArrows(bar, event.editor)
  },

  addKeyboardShortcuts() {
    return {
      "Alt-F10": () => {
        this.storage.dom.querySelector('button[tabindex="0"]')?.focus()
        return true
      },
    }
  },
})

function describeText(editor, textarea) {
  const [label] = textarea.labels
  const attributes = { role: "textbox", "aria-multiline": "true" }
  if (label) {
    label.id ||= `${textarea.id}_label`
    attributes["aria-labelledby"] = label.id
    label.addEventListener("click", () => editor.commands.focus())
  }
  for (const name of ["aria-describedby", "aria-invalid", "aria-required"]) {
    if (textarea.hasAttribute(name)) attributes[name] = textarea.getAttribute(name)
  }
  const language = textarea.lang || /_(nl|fr|en)$/.exec(textarea.name)?.[1]
  if (language) attributes.lang = language
  const scrollMargin = { bottom: 5, left: 5, right: 5, get top() { return heightAbove(editor) } }
  editor.setOptions({ editorProps: { attributes, scrollMargin, scrollThreshold: scrollMargin } })

  // The textarea is hidden, so what leads to it must lead to the editor instead.
  const arrive = () => {
    if (location.hash === `#${textarea.id}`) editor.commands.focus()
  }
  addEventListener("hashchange", arrive)
  document.addEventListener("click", (click) => {
    if (click.target.closest?.(`a[href="#${CSS.escape(textarea.id)}"]`)) setTimeout(() => editor.commands.focus())
  })
  arrive()
}

// How much of the window is behind what stays in view, and where the cursor would not be seen.
function heightAbove(editor) {
  const bar = editor.view.dom.closest(".prose-editor").querySelector(".prose-menubar")
  if (!bar || getComputedStyle(bar).position !== "sticky") return 5
  return parseFloat(getComputedStyle(bar).top) + bar.offsetHeight + 5
}

function describeBar(editor, bar, { label, labels }) {
  bar.setAttribute("role", "toolbar")
  bar.setAttribute("aria-label", label)
  const buttons = [...bar.querySelectorAll("button")]
  for (const button of buttons) {
    const name = labels[button.dataset.name]
    if (name) {
      button.title = name
      button.setAttribute("aria-label", name)
    }
  }
  const update = () => {
    for (const button of buttons) {
      const toggle = TOGGLES[button.dataset.name]
      const pressed = Boolean(toggle && editor.isActive(...toggle))
      if (toggle) button.setAttribute("aria-pressed", pressed)
      button.classList.toggle("active", pressed)
      button.setAttribute("aria-disabled", button.classList.contains("disabled"))
    }
    const stops = shown(bar)
    if (!stops.some((button) => button.tabIndex === 0)) stopAt(bar, stops[0])
  }
  for (const button of buttons) button.tabIndex = -1
  editor.on("transaction", update)
  update()
}

function moveByArrows(bar, editor) {
  bar.addEventListener("keydown", (event) => {
    const buttons = shown(bar)
    const place = buttons.indexOf(document.activeElement)
    const last = buttons.length - 1
    const next = {
      ArrowRight: place === last ? 0 : place + 1,
      ArrowLeft: place <= 0 ? last : place - 1,
      Home: 0,
      End: last,
    }[event.key]
    if (event.key === "Escape") {
      editor.commands.focus()
    } else if (next !== undefined) {
      stopAt(bar, buttons[next])
      buttons[next].focus()
    } else {
      return
    }
    event.preventDefault()
  })
  bar.addEventListener("focusin", (event) => stopAt(bar, event.target))
}

function shown(bar) {
  return [...bar.querySelectorAll("button:not(.hidden)")]
}

function stopAt(bar, chosen) {
  for (const button of bar.querySelectorAll("button")) button.tabIndex = button === chosen ? 0 : -1
}
