/* Footnotes: words that stand where their note belongs, and that readers find below the text. A button
   makes one of what is selected, or a new one, and makes ordinary text of it again. */

import { Mark, Plugin, pm } from "django-prose-editor/editor"

let made = 0 // so that two notes side by side stay two

export const Footnote = Mark.create({
  name: "footnote",
  priority: 1500, // around all other marks, so that a bold word does not split a note
  inclusive: false, // what is typed after a note is text, but while the note itself is typed

  addOptions() {
    return { words: {} }
  },

  addAttributes() {
    return { key: { default: 0, parseHTML: () => ++made, rendered: false } }
  },

  parseHTML() {
    return [{ tag: "small" }]
  },

  renderHTML() {
    return ["small", 0]
  },

  addMenuItems({ menu, buttons }) {
    menu.defineItem({
      name: "footnote",
      groups: "marks",
      command: (editor) => toggle(editor, this.options.words),
      button: buttons.material("emergency"),
    })
  },

  addProseMirrorPlugins() {
    return [new Plugin({ props: { handleTextInput, handleKeyDown } })]
  },
})

const isNote = ({ type }) => type.name === "footnote"

/* An arrow ends the typing of a note, also when the caret is back where it was before the editor looks. */
function handleKeyDown(view, event) {
  if (event.key.startsWith("Arrow") && view.state.storedMarks?.some(isNote)) {
    view.dispatch(view.state.tr.setStoredMarks(null))
  }
  return false
}

/* What takes the place of words of a note is part of it, and so is what is typed right after that. */
function handleTextInput(view, from, to, text) {
  const { doc, schema, storedMarks, tr } = view.state
  const [first, last] = [doc.resolve(from).nodeAfter, doc.resolve(to).nodeBefore]
  const replaced = from < to && last?.marks.find(isNote)?.isInSet(first?.marks ?? []) ? first.marks : []
  const marks = storedMarks?.some(isNote) ? storedMarks : replaced
  if (!marks.some(isNote)) return false
  tr.replaceWith(from, to, schema.text(text, marks))
  tr.setSelection(pm.state.TextSelection.create(tr.doc, from + text.length)).setStoredMarks(marks)
  view.dispatch(tr.scrollIntoView())
  return true
}

function toggle(editor, words) {
  const chain = editor.chain().focus()
  if (editor.isActive("footnote")) return chain.extendMarkRange("footnote").unsetMark("footnote").run()
  const attrs = { key: ++made }
  const { empty, from, $from, $to } = editor.state.selection
  if (!empty) return $from.sameParent($to) && chain.setMark("footnote", attrs).run()
  return chain
    .insertContent({ type: "text", text: words.new, marks: [{ type: "footnote", attrs }] })
    .setTextSelection({ from, to: from + words.new.length })
    .run()
}
