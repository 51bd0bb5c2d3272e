// The editor, loaded when somebody wants to change a program.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** An editor in the page. */
export interface Editor {
  /** Replaces the text. */
  set(text: string): void;
  /** Marks a line, from 1, as wrong; undefined takes the mark away. */
  mark(line: number | undefined): void;
  /** Takes the keyboard to a line, from 1; left out, to where it was. */
  focus(line?: number): void;
  destroy(): void;
}

/** Options of an editor. */
interface EditorOptions {
  readonly text: string;
  readonly label: string;
  readonly onChange: (text: string) => void;
}

const markLine = StateEffect.define<number | undefined>();
const wrong = Decoration.line({ class: "cm-wrong" });

const wrongLine = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, { effects, changes, state }) {
    const asked = effects.find((effect) => effect.is(markLine));
    if (asked === undefined) return marks.map(changes);
    const line = asked.value as number | undefined;
    if (line === undefined || line > state.doc.lines) return Decoration.none;
    return Decoration.set(wrong.range(state.doc.line(line).from));
  },
  provide: (field) => EditorView.decorations.from(field),
});

const COLORS = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: [tags.comment], color: "var(--quiet)" },
  { tag: [tags.typeName, tags.className], color: "var(--code-type)" },
]);

const LOOK = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--card)", fontSize: "0.8125rem", maxHeight: "32rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-content:focus-visible": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--font-code)", lineHeight: "1.55", overflow: "auto" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--card)", color: "var(--quiet)", border: "none" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--accent-soft)",
  },
  ".cm-wrong": { backgroundColor: "var(--warn-soft)", boxShadow: "inset 3px 0 var(--warn)" },
});

/** Puts an editor into a shadow root: there it may bring its styles under the pages' policy. */
export function createEditor(root: ShadowRoot, { text, label, onChange }: EditorOptions): Editor {
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        javascript({ typescript: true }),
        syntaxHighlighting(COLORS),
        wrongLine,
        LOOK,
        keymap.of([...defaultKeymap, ...historyKeymap]),
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
        EditorView.updateListener.of((update) => update.docChanged && onChange(update.state.doc.toString())),
      ],
    }),
  });
  return {
    set: (next) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } }),
    mark: (line) => view.dispatch({ effects: markLine.of(line) }),
    focus: (line) => {
      if (line !== undefined) {
        const { from } = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
        view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
      }
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}
