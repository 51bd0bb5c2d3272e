import MarkdownIt from "markdown-it";
import type { Block, ChapterText, Exercise } from "../src/chapter/chapterText.ts";
import { setFormulas } from "./setFormulas.ts";

const markdown = setFormulas(new MarkdownIt({ html: false, typographer: false }));

/**
 * A chapter: its title (`# ...`), the paragraph after it as its lead, then prose, broken by lines that begin with colons:
 * `:::figure NAME`, `:::program NAME`, and at the end `:::exercise`, `:::hint` and `:::answer`.
 *
 * An exercise has choices, of which one is right (`- [ ] ...`, `- [x] ...`), or a number (`= 7 ± 0.5`).
 *
 * @param programOf reads a program by its name
 * @throws Error that names the file, if a part is missing or a line is of no known kind
 */
export function parseChapter(source: string, file: string, programOf: (name: string) => string): ChapterText {
  const fail = (expected: string, got: string): never => {
    throw new Error(`${file}: expected ${expected}, got ${got}`);
  };
  const [, title = fail("a title", "none"), body = ""] = /^# (.+)\n([^]*)$/.exec(source) ?? [];
  const [lead = "", ...paragraphs] = body.trim().split("\n\n");
  const [first = "", ...rest] = `\n${paragraphs.join("\n\n")}`.split(/^:::/m);
  const blocks: Block[] = proseOf(first);
  const parts: Record<string, string> = {};
  for (const part of rest) {
    const [line = "", ...lines] = part.split("\n");
    const [kind = "", name = ""] = line.trim().split(" ");
    const text = lines.join("\n").trim();
    if (kind === "figure" || kind === "program") {
      if (name === "") fail(`:::${kind} NAME`, `:::${line}`);
      blocks.push(kind === "figure" ? { kind, name } : { kind, name, source: programOf(name) }, ...proseOf(text));
    } else if (kind === "exercise" || kind === "hint" || kind === "answer") parts[kind] = text;
    else fail(":::figure, :::program, :::exercise, :::hint or :::answer", `:::${line}`);
  }
  const { exercise = fail(":::exercise", "none"), hint = fail(":::hint", "none") } = parts;
  const { answer = fail(":::answer", "none") } = parts;
  const asked = exerciseOf(exercise) ?? fail("choices or a number in :::exercise", exercise);
  return {
    title,
    lead: lead.replaceAll("\n", " "),
    blocks,
    exercise: { ...asked, hint: markdown.render(hint), explanation: markdown.render(answer) },
  };
}

function proseOf(text: string): Block[] {
  return text.trim() === "" ? [] : [{ kind: "prose", html: markdown.render(text) }];
}

function exerciseOf(text: string): Pick<Exercise, "question" | "answer"> | undefined {
  const question = (end: RegExp) => markdown.render(text.slice(0, text.search(end)));
  const number = /^= (-?[\d.]+) ± ([\d.]+)$/m;
  const [, value, within] = number.exec(text) ?? [];
  if (value !== undefined && within !== undefined) {
    return { question: question(number), answer: { kind: "number", value: Number(value), within: Number(within) } };
  }
  const choice = /^- \[([ x])\] (.+)$/gm;
  const choices = Array.from(text.matchAll(choice));
  const right = choices.findIndex(([, mark]) => mark === "x");
  if (right === -1) return undefined;
  const options = choices.map(([, , option = ""]) => markdown.renderInline(option));
  return { question: question(/^- \[/m), answer: { kind: "choice", options, right } };
}
