import { createQkv } from "@qkv/ai-sdk";
import { initBackend } from "@qkv/backend";
import { loadPretrained } from "@qkv/pretrained";
import { modelFiles } from "@qkv/pretrained/node";
import { embedMany, generateText, streamText } from "ai";

await initBackend();
const qkv = createQkv({ open: (id) => loadPretrained(modelFiles(id)) }); // without it an id is one of a hub, in pages too

const model = qkv("packages/pretrained/test/golden/gguf/qwen2.gguf"); // or "HuggingFaceTB/SmolLM2-135M-Instruct"
const { text, usage } = await generateText({ model, prompt: "Once upon", maxOutputTokens: 8 });
console.log(typeof text, usage.outputTokens);

const { textStream } = streamText({ model, prompt: "Once upon", maxOutputTokens: 8 });
for await (const piece of textStream) console.log(piece.length > 0);

const { embeddings } = await embedMany({ model: qkv.embeddingModel("tiny/embedder"), values: ["a cat", "a dog"] });
console.log(embeddings.length);
await qkv.dispose();
