/* The styles of what is pasted, read as text: browsers drop what only Word knows. */

/* Browsers apply our Content-Security-Policy while they parse: they would refuse what we only want to read. */
export function withoutPolicyBreaches(html) {
  return html
    .replace(/<(style|script)\b[\s\S]*?<\/\1\s*>/gi, "")
    .replace(/<[a-z](?:"[^"]*"|'[^']*'|[^'">])*>/gi, (tag) =>
      tag.replace(/([\s"'/])(style|on[a-z]+)(?=\s*=)/gi, "$1 data-$2"),
    )
}

/* Writes what the style sheets of `html` say of an element before its own style. */
export function applySheets(root, html) {
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

export function sheetOf(html) {
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
export function styleOf(element, name) {
  const style = element.getAttribute("data-style") ?? element.getAttribute("style")
  if (!style) return ""
  const found = [...plain(style.replace(/\/\*[\s\S]*?\*\//g, "")).matchAll(new RegExp(`(?:^|[;\\s])${name}\\s*:\\s*([^;]+)`, "gi"))].at(-1)
  return found?.[1].replace(/!\s*important/i, "").trim().toLowerCase() ?? ""
}

/* A style with its letters, figures and the like written as themselves, and not as escapes: `d\69splay` is `display`.
   Other escapes stay, because they end no value: Excel writes `\;\;\;`. */
function plain(style) {
  if (!style.includes("\\")) return style
  return style
    .replace(/\\([\da-f]{1,6})\s?/gi, (escape, code) => {
      const letter = Number.parseInt(code, 16) < 128 ? String.fromCharCode(Number.parseInt(code, 16)) : ""
      return /[\w\-#.%]/.test(letter) ? letter : escape
    })
    .replace(/\\([g-z_-])/gi, "$1")
}
