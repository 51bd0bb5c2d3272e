import { initBackend } from "@qkv/backend";
import { createTranslator, loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { generate, generateStream, type LogitsProcessor, marian } from "@qkv/transformer";

await initBackend();
const pretrained = await loadPretrained(modelFolder("models/en-fr"), { families: [marian] });
const { model, tokenizer } = pretrained;
if (tokenizer === undefined) throw new Error("expected a tokenizer");

/** Lets only one of some sequences be made, end token included, behind the start token. */
function oneOf(sequences: readonly (readonly number[])[]): LogitsProcessor {
  return (scores, ids) => {
    const made = ids.slice(1);
    const open = sequences.filter((sequence) => made.every((id, i) => id === sequence[i]));
    const next = new Set(open.map((sequence) => sequence[made.length]));
    return scores.map((score, id) => (next.has(id) ? score : -Infinity));
  };
}

const greetings = ["Bonjour.", "Bonsoir.", "Au revoir."].map((text) => tokenizer.encode(text).ids);
const [ranked = []] = await generate(model, [tokenizer.encode("Good evening.").ids], {
  numBeams: 3,
  numReturnSequences: 3,
  logitsProcessors: [oneOf(greetings)],
});
for (const { ids, score } of ranked) console.log(tokenizer.decode(ids.slice(1)), score.toFixed(1));

/** Forbids the words for a friend, so that "you" is polite. */
function polite(): LogitsProcessor {
  const friendly = new Set(["tu", "te", "toi", "ton", "ta", "tes"]);
  const wordOf = (id: number) => tokenizer?.decode([id]).trim().toLowerCase() ?? "";
  const ids = Array.from({ length: model.config.vocabSize }, (_, id) => id);
  const forbidden = ids.filter((id) => friendly.has(wordOf(id)));
  return (scores) => {
    for (const id of forbidden) scores[id] = -Infinity;
  };
}

for (const logitsProcessors of [[], [polite()]]) {
  const translator = createTranslator(pretrained, { generation: { numBeams: 4, logitsProcessors } });
  console.log((await translator.translate("I miss you.")).translation);
}

/** Divides the logits by a temperature that falls with each token. */
const cooling: LogitsProcessor = (scores, ids) => {
  const temperature = Math.max(0.1, 1 - 0.2 * ids.length);
  return scores.map((score) => score / temperature);
};

const source = tokenizer.encode("Where is the train station?").ids;
const stream = tokenizer.createDecodeStream();
let text = "";
for await (const id of generateStream(model, source, { sampling: { seed: 3 }, logitsProcessors: [cooling] })) {
  text += stream.push(id); // what is new, in whole characters
}
console.log(text + stream.end());
model.dispose();
