import { useMessages } from "@qkv/app-shell";
import { computed } from "@preact/signals";
import { isUnsure } from "./certainty.ts";
import { MESSAGES } from "./messages.ts";
import { settings } from "./search.ts";
import { isOld, sentences, source } from "./session.ts";
import { LONGEST } from "./typing.ts";

const hasUnsure = computed(() =>
  sentences.value.some(({ translations: [best] }) => best && isUnsure(best, settings.peek().lengthPenalty)),
);
const hasUnknown = computed(() => sentences.value.some(({ unknownScript }) => unknownScript === true));

/** What the marks in a translation mean, where there are any. */
export function Notes() {
  const messages = useMessages(MESSAGES);
  const notes = [
    isOld.value && source.value.length > LONGEST && messages.old, // shorter ones are about to be translated
    hasUnsure.value && messages.unsure,
    hasUnknown.value && messages.unknown,
  ].filter((note) => note !== false);
  if (notes.length === 0) return null;
  return (
    <div class="small quiet notes">
      {notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
    </div>
  );
}
