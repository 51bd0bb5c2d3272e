import { initBackend } from "@qkv/backend";
import { loadPretrained } from "@qkv/pretrained";
import { modelFiles } from "@qkv/pretrained/node";
import { generate, llama } from "@qkv/transformer";

await initBackend();
const open = async (ref: string) => (await loadPretrained(modelFiles(ref), { families: [llama] })).model;
const model = await open("packages/pretrained/test/golden/gguf/qwen2.gguf"); // or "Qwen/Qwen2.5-7B-Instruct"
const assistantModel = await open("packages/pretrained/test/golden/gguf/qwen2.gguf"); // or "Qwen/Qwen2.5-0.5B-Instruct"

const prompt = [5, 6, 7, 5, 6];
const [plain] = await generate(model, [prompt], { maxNewTokens: 8 });
const [assisted] = await generate(model, [prompt], { maxNewTokens: 8, assistantModel });
const [lookedUp] = await generate(model, [prompt], { maxNewTokens: 8, promptLookupNumTokens: 4 });
console.log(...[assisted, lookedUp].map((found) => String(found?.[0]?.ids) === String(plain?.[0]?.ids)));
model.dispose();
assistantModel.dispose();
