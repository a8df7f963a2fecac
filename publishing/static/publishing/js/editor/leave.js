/* The keyboard is never caught in a text (WCAG 2.2 2.1.2): after Escape, Tab leaves it, also from a
   table or a list, where Tab has a meaning of its own. In a table a line says so. */

import { Extension, Plugin, crel } from "django-prose-editor/editor"

export const LeaveByTab = Extension.create({
  name: "leaveByTab",
  priority: 1000, // before tables and lists

  addOptions() {
    return { words: {} }
  },

  onCreate() {
    this.storage.hint = crel("p", { className: "editor-hint", role: "status" })
    this.editor.view.dom.after(this.storage.hint)
  },

  onSelectionUpdate() {
    sayHowToLeave(this)
  },

  onFocus() {
    sayHowToLeave(this)
  },

  onBlur() {
    this.storage.hint.textContent = ""
  },

  addProseMirrorPlugins() {
    let leaving = false
    const keydown = (_view, event) => {
      if (event.key === "Shift") return false
      const leaves = leaving && event.key === "Tab"
      leaving = event.key === "Escape"
      return leaves // then only the browser does something
    }
    return [new Plugin({ props: { handleDOMEvents: { keydown } } })]
  },
})

function sayHowToLeave({ editor, options, storage }) {
  const hint = editor.isActive("table") ? options.words.table : ""
  if (storage.hint && storage.hint.textContent !== hint) storage.hint.textContent = hint
}
