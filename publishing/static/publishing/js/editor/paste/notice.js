/* The notice below the text: what was left out, and the way to the field for the picture. */

import { crel } from "django-prose-editor/editor"

const EXCERPT = 80 // letters of what was left out that the notice shows
const EXCERPTS = 5 // of what was left out of one kind

/* Makes the place of the notice; gives the function that fills it, or empties it when nothing was lost. */
export function makeNotice(editor, words) {
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

/* What was left out of one kind, in a line. */
export function line(label, all) {
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
export function fileOf(source) {
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
export function offerPicture(editor, words, files) {
  const form = editor.view.dom.closest("form")
  const input = form?.querySelector(".picture-input input[type=file]:not([id*=__prefix__])")
  if (!input) return [crel("p", { textContent: words.homeless })]
  const name = input.labels[0]?.textContent.replace(/:\s*$/, "").trim() ?? ""
  const link = crel("a", { href: `#${input.id}`, textContent: words.upload.replace("%s", name) })
  // The field may be on another tab, which the address opens.
  const arrive = () => {
    input.focus()
    setTimeout(() => input.focus(), 50) // whatever follows the address may take the focus away
  }
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
