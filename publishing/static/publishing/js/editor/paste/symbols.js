/* Signs that Word writes as letters of a font of signs: the arrow that is an “à” in Wingdings, the β that is a “b”. */

import { styleOf } from "./sheets.js"

/* What these fonts show for the codes from 0x21 on, in signs that most devices have. */
const SYMBOL = [
  ...("!∀#∃%&∍()*+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}~"),
  ...Array(34).fill(""),
  ...("ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"),
]
const WINGDINGS = [
  ...("✏✂✁👓🕭🕮🕯☎✆✉🖃📪📫📬📭🗀🗁🗎🗏🗐🗄⌛🖮🖰🖲🖳🖴🖫🖬✇✍🖎✌🖏👍👎☜☞☝☟🖐☺😐☹💣🕱🏳🏱✈☼🌢❄🕆✞🕈✠✡☪☯🕉☸♈♉♊♋♌♍♎♏♐♑♒♓🙰&●○■☐☐❑❒⬧⧫◆❖⬥⌧⮹⌘🏵🏶🙶🙷▯🄋" +
  "➀➁➂➃➄➅➆➇➈➉🄌➊➋➌➍➎➏➐➑➒➓🙢🙠🙡🙣🙞🙜🙝🙟∙•⬝⭘🞆🞈🞊🞋🔿▪◻🟁🟅★🟋🟏🟓🟑⯐⌖⯎⯏⯑✪✰🕐🕑🕒🕓🕔🕕🕖🕗🕘🕙🕚🕛⮰⮱⮲⮳⮴⮵⮶⮷🙪🙫🙕🙔🙗🙖🙐🙑🙒🙓⌫⌦⮘⮚⮙⮛⮈⮊⮉⮋←→" +
  "↑↓↖↗↙↘⬅➔⬆⬇↖↗↙↘⇦⇨⇧⇩⬄⇳⬁⬀⬃⬂🢬🢭✗✓☒☑"),
]
const FIRST = 0x21
const PRIVATE = 0xf000 // where the codes of these fonts stand in Unicode

export function plainSymbols(root) {
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const node = texts.currentNode
    const font = fontOf(node.parentElement)
    const signs = font.startsWith("wingdings") ? WINGDINGS : SYMBOL
    const letters = /^(symbol|wingdings)$/.test(font) ? /[!-~\xa1-\xfe\uf021-\uf0fe]/g : /[\uf021-\uf0fe]/g
    const plain = node.data.replace(letters, (letter) => signs[(letter.charCodeAt(0) % PRIVATE) - FIRST] || letter)
    if (plain !== node.data) node.data = plain
  }
}

/* The name of the font in which the words of an element stand, in small letters. */
function fontOf(element) {
  for (let each = element; each; each = each.parentElement) {
    const name = styleOf(each, "mso-symbol-font-family") || styleOf(each, "font-family") || each.getAttribute("face")
    if (name) return name.split(",")[0].replace(/["']|&quot/g, "").trim().toLowerCase()
  }
  return ""
}
