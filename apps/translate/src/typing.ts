// Translates as somebody types: a while after the last change, and what is under way for an older text is given up.
import { effect } from "@preact/signals";
import { opening } from "./models.ts";
import { canGoOn, clearTranslation, end, question, running, sentences, source, translate } from "./session.ts";

/** Longer than between two keys of a word. */
const PAUSE_MS = 500;
/** What takes longer than a second or two waits for the button. */
export const LONGEST = 1000;

let timer: ReturnType<typeof setTimeout> | undefined;

/** Begins to translate whatever is written and not too long. */
export function translateWhileTyping(): void {
  effect(() => {
    void question.value;
    clearTimeout(timer);
    timer = setTimeout(() => void follow(), PAUSE_MS);
  });
}

async function follow(): Promise<void> {
  if (source.value.trim() === "") {
    if (running.value) await end();
    if (source.value.trim() === "" && sentences.value.length > 0) clearTranslation();
  } else if (opening.value === undefined && source.value.length <= LONGEST && !canGoOn.value) {
    await translate({ byItself: true });
  }
}
