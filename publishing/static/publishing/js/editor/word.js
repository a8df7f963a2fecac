/* The text of a Word file in place of what stands in the editor. The server reads the file and keeps nothing;
   what stood here comes back by a button, or by undoing. */

import { Extension, crel } from "django-prose-editor/editor"

import { line, offerPicture } from "./paste/notice.js"

export const WordFile = Extension.create({
  name: "wordFile",

  addOptions() {
    return { words: {}, most: 0 }
  },

  onCreate() {
    const textarea = this.editor.view.dom.closest(".prose-editor").querySelector("textarea")
    if (textarea.dataset.word) offer(this.editor, textarea.dataset.word, this.options)
  },
})

function offer(editor, address, { words, most }) {
  const button = crel("button", { type: "button", textContent: words.choose })
  const status = crel("div", { role: "status" })
  const box = crel("div", { className: "word-file" }, [button, status])
  editor.view.dom.closest(".prose-editor").append(box)
  const say = (...parts) => status.replaceChildren(...parts)
  const refuse = (sentence) => say(crel("p", { className: "word-error", textContent: sentence }))

  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") === "true") return
    const input = crel("input", { type: "file", accept: ".docx,application/vnd.openxmlformats-officedocument.wordprocessingml.document" })
    input.addEventListener("change", () => input.files.length && take(input.files[0]))
    input.click()
  })

  async function take(file) {
    if (file.size > most) return refuse(words.large)
    button.setAttribute("aria-disabled", "true")
    say(crel("p", { textContent: words.reading }))
    const answer = await send(file)
    button.removeAttribute("aria-disabled")
    if (answer?.error) refuse(answer.error)
    else if (typeof answer?.html === "string") show(file, answer)
    else refuse(words.failed)
  }

  function send(file) {
    const body = new FormData()
    body.set("file", file)
    body.set("csrfmiddlewaretoken", editor.view.dom.closest("form")?.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "")
    return fetch(address, { method: "POST", body })
      .then((response) => response.json())
      .catch(() => null)
  }

  function show(file, { html, left_out: losses }) {
    const before = editor.getHTML()
    editor.commands.setContent(html, { emitUpdate: true })
    const close = crel("button", { type: "button", textContent: words.close })
    const back = crel("button", { type: "button", textContent: words.back })
    back.addEventListener("click", () => {
      editor.commands.setContent(before, { emitUpdate: true })
      say()
      editor.commands.focus()
    })
    close.addEventListener("click", () => {
      say()
      editor.commands.focus()
    })
    const notice = crel("div", { className: "paste-notice" }, [
      crel("p", {}, [crel("strong", { textContent: words.done.replace("%s", file.name) })]),
      ...report(losses),
      back,
      close,
    ])
    say(notice)
  }

  function report(losses) {
    if (!losses.length) return [crel("p", { textContent: words.whole })]
    const kinds = [...new Set(losses.map(([kind]) => kind))]
    const lines = kinds.map((kind) => crel("li", { textContent: line(words[kind], losses.filter(([each]) => each === kind)) }))
    const picture = kinds.includes("picture") ? offerPicture(editor, words, []) : []
    return [crel("p", { textContent: words.title }), crel("ul", {}, lines), ...picture]
  }
}
