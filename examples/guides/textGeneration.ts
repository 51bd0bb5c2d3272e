import { initBackend } from "@qkv/backend";
import { createGenerator, loadPretrained } from "@qkv/pretrained";
import { modelFiles } from "@qkv/pretrained/node";

await initBackend();
const pretrained = await loadPretrained(modelFiles("packages/pretrained/test/golden/gguf/qwen2.gguf")); // or "owner/name"
const generator = createGenerator(pretrained);

const { text, finishReason, newTokens } = await generator.generate("Once", { maxNewTokens: 8, stopStrings: ["\n\n"] });
console.log(typeof text, finishReason, newTokens <= 8);

const conversation = generator.startConversation({ options: { maxNewTokens: 4, tooLong: "cutStart" } });
for (const question of ["a", "b"]) {
  for await (const piece of conversation.stream(question)) process.stdout.write(piece);
}
console.log(conversation.messages.length, conversation.cachedTokens > 0);
conversation.dispose();

const properties = { ok: { type: "boolean" } };
const json = { type: "object", properties, required: ["ok"], additionalProperties: false };
const answer = await generator.generate("Is it?", { json, maxNewTokens: 40 });
console.log(typeof (JSON.parse(answer.text) as { ok: boolean }).ok);
pretrained.model.dispose();
