import { serve } from "@hono/node-server";
import { initBackend } from "@qkv/backend";
import { createTranslator, loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { Hono } from "hono";

const { name, refused } = await initBackend();
const translator = createTranslator(await loadPretrained(modelFolder(process.argv[2])));
const app = new Hono();
app.get("/translate", async (context) => {
  const { translation } = await translator.translate(context.req.query("text"));
  return context.json({ backend: name, refused, translation });
});
serve({ fetch: app.fetch, port: Number(process.argv[3]), hostname: "127.0.0.1" });
