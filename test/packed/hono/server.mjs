import { serve } from "@hono/node-server";
import { initBackend } from "@qkv/backend";
import { createTranslator, loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { Hono } from "hono";
import { inTurn, waiting } from "./queue.mjs";

const [model, port] = process.argv.slice(2);
const MOST_CHARACTERS = 5000;
const MOST_WAITING = 5;

const { name: backend, refused } = await initBackend();
const translator = createTranslator(await loadPretrained(modelFolder(model)));
const counts = { translated: 0, stopped: 0 };
const app = new Hono();

app.get("/translate", async (context) => {
  const text = context.req.query("text");
  if (!text) return context.text("expected ?text=", 400);
  if (text.length > MOST_CHARACTERS) {
    return context.text(`expected at most ${MOST_CHARACTERS} characters, got ${text.length}`, 413);
  }
  if (waiting() >= MOST_WAITING) return context.text("too many wait", 503, { "Retry-After": "5" });
  const { signal } = context.req.raw; // aborted once the client is gone
  try {
    const { translation } = await inTurn(() => translator.translate(text, { signal }));
    counts.translated++;
    return context.json({ backend, refused, translation });
  } catch (error) {
    if (!signal.aborted) throw error;
    counts.stopped++;
    return context.body(null, 499); // nobody reads it
  }
});

app.get("/health", (context) => context.json({ backend, waiting: waiting(), ...counts }));

app.onError((error, context) => {
  console.error(error);
  return context.text("it failed", 500); // what failed is nothing for strangers
});

serve({ fetch: app.fetch, port: Number(port), hostname: "127.0.0.1" });
