// Controls, half characters, line separators, and whatever has no shape of its own: marks of direction, tags, fillers.
// A joiner or a variation selector is invisible too; it stays where it shapes the character before it.
const UNPRINTABLE =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufff9-\ufffb]|(?![\ufe00-\ufe0f\u200c-\u200d])\p{Default_Ignorable_Code_Point}|(?<![\u200c-\u200d\p{M}\p{Emoji}]|(?!\p{Script=Latin})\p{L})[\ufe00-\ufe0f\u200c-\u200d]/gu;

/**
 * Text from outside (a label, a token, a file's name, a server's answer) as it may be shown: control characters and escape
 * sequences, marks that turn the direction of text, and invisible characters are written as JSON escapes them, `\u001b`.
 * JSON stays the same JSON by it, and what is escaped already stays as it is.
 *
 * @param lines true keeps line feeds and tabs, for a text of several lines
 */
export function printable(text: string, { lines = false }: { readonly lines?: boolean } = {}): string {
  return text.replace(UNPRINTABLE, (char) => (lines && (char === "\n" || char === "\t") ? char : escaped(char)));
}

function escaped(char: string): string {
  const json = JSON.stringify(char).slice(1, -1);
  if (json !== char) return json;
  return Array.from({ length: char.length }, (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, "0")}`).join(
    "",
  );
}
