import { writeFileSync } from "node:fs";
import { initBackend } from "@qkv/backend";
import { activationPatching, headScores, logitLens, strongestHeads } from "@qkv/microscope";
import { loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { llama } from "@qkv/transformer";
import { signedHeatMap, tokenTable } from "@qkv/visualize";

const { QKV_SMOLLM: folder = "SmolLM2-135M-Instruct", QKV_PICTURES: pictures = "." } = process.env;
await initBackend("wasm");
const { model, tokenizer } = await loadPretrained(modelFolder(folder), { families: [llama] });
if (tokenizer === undefined) throw new Error("expected a tokenizer");

const twice = Array.from({ length: 40 }, (_, i) => 1000 + (((i % 20) * 7919 + 13) % 40000)); // random tokens, twice
const [best] = strongestHeads(await headScores(model, { ids: twice }), "induction");
console.log(`head ${best?.layer}.${best?.head} attends to what came next last time: ${best?.score.toFixed(3)}`);

const [base, source] = [tokenizer.encode("The capital of Italy is"), tokenizer.encode("The capital of France is")];
const answer = { token: tokenizer.tokenToId("ĠParis") ?? NaN, against: tokenizer.tokenToId("ĠRome") ?? NaN };
const { rows, columns, values, ...answers } = await activationPatching(model, { base, source, answer });
console.log(`Paris less Rome: ${answers.base.toFixed(2)} of Italy, ${answers.source.toFixed(2)} of France`);
const [layers, words] = [Array.from({ length: rows + 1 }, (_, i) => `${i}`), base.tokens];
const patches = signedHeatMap({ rows: layers.slice(0, rows), columns: words, values, title: "Paris less Rome" });
const lens = await logitLens(model, base, { top: 1 });
const tokens = Array.from(lens.tokens, (id) => tokenizer.idToToken(id) ?? "");
console.log(`at the last word: ${layers.map((_, row) => tokens[(row + 1) * columns - 1]).join(" ")}`);
const table = tokenTable({ rows: layers, columns: words, tokens, values: lens.probabilities, title: "logit lens" });
writeFileSync(`${pictures}/microscope-patches.svg`, patches);
writeFileSync(`${pictures}/microscope-lens.svg`, table);
model.dispose();
