import { initBackend } from "@qkv/backend";
import { createTranslator, loadPretrained } from "@qkv/pretrained";

let opening;

async function open(model) {
  const { name, refused } = await initBackend();
  return { backend: name, refused, translator: createTranslator(await loadPretrained(model)) };
}

export default {
  async fetch(request) {
    const asked = new URL(request.url).searchParams;
    const { translator, ...report } = await (opening ??= open(asked.get("model")));
    const { translation } = await translator.translate(asked.get("text"));
    return Response.json({ ...report, translation });
  },
};
