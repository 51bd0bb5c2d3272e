import { initBackend } from "@qkv/backend";
import { createTranslator, loadPretrained } from "@qkv/pretrained";

let opening;

async function open(model) {
  const { name, refused } = await initBackend();
  return { backend: name, refused, translator: createTranslator(await loadPretrained(model)) };
}

export default {
  async fetch(request, { MODEL }) {
    const text = new URL(request.url).searchParams.get("text");
    if (text === null) return new Response("expected ?text=", { status: 400 });
    const { translator, ...report } = await (opening ??= open(MODEL));
    const { translation } = await translator.translate(text);
    return Response.json({ ...report, translation });
  },
};
