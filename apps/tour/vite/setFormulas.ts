import type MarkdownIt from "markdown-it";
import temml from "temml";

/** Sets TeX in MathML, which browsers show without a script or a font: `$...$` in a line, blocks called `math` alone. */
export function setFormulas(markdown: MarkdownIt): MarkdownIt {
  const { fence } = markdown.renderer.rules;
  markdown.renderer.rules.fence = (tokens, index, ...rest) => {
    const { info = "", content = "" } = tokens[index] ?? {};
    if (info.trim() !== "math") return fence?.(tokens, index, ...rest) ?? "";
    return `<p class="formula" tabindex="0">${mathml(content, true)}</p>\n`;
  };
  markdown.inline.ruler.before("escape", "formula", (state, silent) => {
    if (state.src[state.pos] !== "$") return false;
    const end = state.src.indexOf("$", state.pos + 1);
    if (end === -1) return false;
    if (!silent) state.push("formula", "", 0).content = state.src.slice(state.pos + 1, end);
    state.pos = end + 1;
    return true;
  });
  markdown.renderer.rules["formula"] = (tokens, index) => mathml(tokens[index]?.content ?? "", false);
  return markdown;
}

/** Without attributes of style, which the pages' policy forbids. */
function mathml(tex: string, displayMode: boolean): string {
  return temml.renderToString(tex, { displayMode, throwOnError: true }).replaceAll(/ style="[^"]*"/g, "");
}
