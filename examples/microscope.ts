import { initBackend } from "@qkv/backend";
import { activationPatching, headScores, logitLens, strongestHeads } from "@qkv/microscope";
import { loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { marian } from "@qkv/transformer";

await initBackend("wasm");
const { model, tokenizer } = await loadPretrained(modelFolder("models/en-fr"), { families: [marian] });
if (tokenizer === undefined) throw new Error("expected a tokenizer");
const idOf = (token: string) => tokenizer.tokenToId(token) ?? NaN;
const decoderIds = [idOf("<pad>"), idOf("ĠLe")]; // what the decoder has written so far
const textOf = (sentence: string) => ({ ids: tokenizer.encode(sentence).ids, decoderIds });
const [cat, dog] = [textOf("The cat is black."), textOf("The dog is black.")];

const twice = Array.from({ length: 24 }, (_, i) => 20 + (((i % 12) * 379) % 4000)); // random tokens, twice
const [best] = strongestHeads(
  await headScores(model, { ids: twice, decoderIds }, { side: "encoder" }),
  "previousToken",
);
console.log(`encoder ${best?.layer}.${best?.head} looks at the token before: ${best?.score.toFixed(3)}`);

const { tokens, top, columns } = await logitLens(model, cat, { top: 1 });
const lastOf = (row: number) => tokenizer.idToToken(tokens[(row * columns + columns - 1) * top] ?? 0);
console.log("the next word before each layer and after the last:", [0, 1, 2].map(lastOf).join(" "));

const answer = { token: idOf("Ġchien"), against: idOf("Ġchat") }; // logit of "chien" less that of "chat"
const grid = await activationPatching(model, { base: cat, source: dog, answer }, { side: "encoder" });
const [, patched = NaN] = grid.values; // the first row is before the first layer: the dog's vector in the cat's place
console.log(
  `cat ${grid.base.toFixed(2)}, dog ${grid.source.toFixed(2)}, cat with the dog's word ${patched.toFixed(2)}`,
);
model.dispose();
