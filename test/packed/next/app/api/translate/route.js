import { initBackend } from "@qkv/backend";
import { createTranslator, loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";

let opening;

async function open() {
  const { name, refused, threads } = await initBackend();
  const translator = createTranslator(await loadPretrained(modelFolder("public/models/en-fr")));
  return { backend: name, refused, threads, translator };
}

export async function GET(request) {
  const { translator, ...report } = await (opening ??= open());
  const text = new URL(request.url).searchParams.get("text");
  const { translation } = await translator.translate(text);
  return Response.json({ ...report, translation });
}
