import { initBackend } from "@qkv/backend";
import { createTranslator, loadPretrained, sentenceAttention } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { marian } from "@qkv/transformer";

await initBackend();
const { model, ...pretrained } = await loadPretrained(modelFolder("models/en-fr"), { families: [marian] });
const [sentence] = (await createTranslator({ model, ...pretrained }).translate("I love you.")).sentences;
if (sentence === undefined) throw new Error("expected one sentence");

const { source, target, cross } = await sentenceAttention({ model, ...sentence });
const [, heads, queries, keys] = cross.shape; // [layers, H, T, S]
console.log(`${heads} heads, ${queries} tokens that looked at ${keys}:`, ...target, "<-", ...source);
console.log(cross.weights.slice(0, keys)); // where the first layer's first head looked before the first word
model.dispose();
