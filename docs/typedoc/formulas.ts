import temml from "temml";

/** What is used of the Markdown parser, markdown-it, that TypeDoc hands to `markdownItLoader`. */
interface Parser {
  readonly renderer: { readonly rules: Record<string, Rule | undefined> };
}

type Rule = (
  tokens: readonly { readonly info: string; readonly content: string }[],
  index: number,
  ...rest: unknown[]
) => string;

/** Sets blocks called `math`, which are TeX, in MathML: browsers show it without a script, a font or a network. */
export function setFormulas({ renderer: { rules } }: Parser): void {
  const { fence } = rules;
  rules["fence"] = (tokens, index, ...rest) => {
    const { info, content } = tokens[index] ?? { info: "", content: "" };
    if (info.trim() !== "math") return fence?.(tokens, index, ...rest) ?? "";
    return `<p class="formula">${temml.renderToString(content, { displayMode: true, throwOnError: true })}</p>\n`;
  };
}
