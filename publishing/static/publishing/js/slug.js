// The address that Django's admin proposes for a title. Its own table lacks the letters that are two in one
// (œ, ĳ, ﬁ): without this they vanish from the address. It also joins words that a sign keeps apart (water/klimaat).
// `publishing/text/transliteration.py` does the same on the server.

const LETTERS = { œ: "oe", æ: "ae", đ: "d", ħ: "h", ŋ: "ng", þ: "th", ð: "d", ĸ: "k", ŧ: "t" };
const BETWEEN_WORDS = /[/\\|+:;=…·•–—]|(?<=\d)[.,](?=\d)/g;
const propose = window.URLify;

if (propose) {
  window.URLify = (title, length, allowUnicode) => {
    const seen = title.replace(/\p{Default_Ignorable_Code_Point}/gu, ""); // of which one counts as a space
    const plain = seen.normalize("NFKC").toLowerCase().replace(/./gu, (letter) => LETTERS[letter] ?? letter);
    return propose(plain.replace(BETWEEN_WORDS, " "), length, allowUnicode);
  };
}
