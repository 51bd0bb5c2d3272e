// The real AI SDK on tiny models of the tree, which write nonsense: what is held here is how they are asked and what comes back.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createQkv, QkvEmbeddingModel, QkvLanguageModel, type QkvProvider, QkvTranscriptionModel } from "@qkv/ai-sdk";
import { encodeWav } from "@qkv/audio";
import { initBackend } from "@qkv/backend";
import { createGenerator, loadPretrained, type Pretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { expectNoLeaks, writeTinyModels } from "@qkv/testing";
import {
  embed,
  embedMany,
  experimental_transcribe as transcribe,
  generateObject,
  generateText,
  jsonSchema,
  stepCountIs,
  streamText,
  tool,
} from "ai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tinyChat } from "./tinyChat.ts";

const folder = mkdtempSync(join(tmpdir(), "qkv-ai-sdk-"));
const open = (id: string) => loadPretrained(modelFolder(join(folder, id)));
let pretrained: Pretrained;
let qkv: QkvProvider;
beforeAll(async () => {
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
  writeTinyModels(folder);
  await initBackend("cpu");
  pretrained = await tinyChat();
  qkv = createQkv({ open: (id) => (id === "chat" ? Promise.resolve(pretrained) : open(id)) });
});
afterAll(async () => {
  await qkv.dispose();
  rmSync(folder, { recursive: true });
});

const asked = { prompt: "once upon", maxOutputTokens: 6, temperature: 0, maxRetries: 0 } as const;

describe("generateText and streamText", () => {
  test("give what the generator gives, with usage and the reason of its end", async () => {
    const own = await createGenerator(pretrained).generate([{ role: "user", content: "once upon" }], {
      maxNewTokens: 6,
      sampling: null,
    });
    const { text, usage, finishReason, warnings } = await generateText({ ...asked, model: qkv("chat") });
    expect(text).toBe(own.text);
    expect(finishReason).toBe(own.finishReason);
    expect([usage.inputTokens, usage.outputTokens]).toEqual([own.promptTokens, own.newTokens]);
    expect(warnings ?? []).toEqual([]);

    const stream = streamText({ ...asked, model: qkv("chat") });
    const types: string[] = [];
    let streamed = "";
    for await (const part of stream.fullStream) {
      types.push(part.type);
      if (part.type === "text-delta") streamed += part.text;
    }
    expect(streamed).toBe(own.text);
    expect(await stream.finishReason).toBe(own.finishReason);
    expect((await stream.usage).outputTokens).toBe(own.newTokens);
    expect(types).toContain("text-start");
    expect(types).toContain("text-end");
  });

  test("a seed gives the same, and a stop sequence ends the text", async () => {
    const draw = async (more: object) => {
      const options = { ...asked, maxOutputTokens: 12, temperature: 1.5, seed: 1, model: qkv("chat") };
      return (await generateText({ ...options, ...more })).text;
    };
    const text = await draw({});
    expect(await draw({})).toBe(text);
    expect(await draw({ seed: 2 })).not.toBe(text);
    const stop = text.slice(3, 5);
    expect(await draw({ stopSequences: [stop] })).toBe(text.slice(0, text.indexOf(stop)));
    expect(await draw({ providerOptions: { qkv: { maxNewTokens: 1 } } })).not.toBe(text);
  });

  test("what is not supported becomes a warning, and images are refused", async () => {
    const { warnings } = await generateText({
      ...asked,
      model: qkv("chat"),
      presencePenalty: 0.5,
      frequencyPenalty: 1,
    });
    expect(warnings?.map((warning) => "feature" in warning && warning.feature)).toEqual([
      "presencePenalty",
      "frequencyPenalty",
    ]);
    const image = { type: "image" as const, image: new Uint8Array([1, 2, 3]), mediaType: "image/png" };
    const { prompt: _, ...rest } = asked;
    const messages = [{ role: "user" as const, content: [image] }];
    await expect(generateText({ ...rest, model: qkv("chat"), messages })).rejects.toThrow("file in a message");
  });

  test("an abort ends both, and leaves nothing", async () => {
    await expectNoLeaks(async () => {
      const reason = new Error("enough");
      const model = qkv("chat");
      await expect(generateText({ ...asked, model, abortSignal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      const controller = new AbortController();
      const stream = streamText({ ...asked, maxOutputTokens: 40, model, abortSignal: controller.signal });
      const types: string[] = [];
      for await (const part of stream.fullStream) {
        types.push(part.type);
        if (part.type === "text-delta") controller.abort(reason);
      }
      expect(types).toContain("abort");
      expect(types).not.toContain("finish");
    });
  });

  test("a text without its template is refused where there are several messages", async () => {
    const { chatTemplate: _, ...plain } = pretrained;
    const model = new QkvLanguageModel("plain", () => Promise.resolve(plain as Pretrained));
    expect(typeof (await generateText({ ...asked, model })).text).toBe("string");
    await expect(generateText({ ...asked, model, system: "Be kind." })).rejects.toThrow(
      "expected one message of the user",
    );
  });
});

test("generateObject: JSON that fits the schema, and any JSON of none", async () => {
  const schema = jsonSchema<{ ok: boolean; kind: string }>({
    type: "object",
    properties: { ok: { type: "boolean" }, kind: { enum: ["cat", "dog"] } },
    required: ["ok", "kind"],
    additionalProperties: false,
  });
  const { object } = await generateObject({
    ...{ model: qkv("chat"), prompt: "once", schema, maxOutputTokens: 40, temperature: 1, seed: 3, maxRetries: 0 },
  });
  expect(typeof object.ok).toBe("boolean");
  expect(["cat", "dog"]).toContain(object.kind);
});

test("a tool that has to be called is, and its answer is read", async () => {
  const given: unknown[] = [];
  const inputSchema = jsonSchema<{ ok: boolean }>({
    type: "object",
    properties: { ok: { type: "boolean" } },
    required: ["ok"],
    additionalProperties: false,
  });
  const check = tool({
    inputSchema,
    execute: (input) => {
      given.push(input);
      return "done";
    },
  });
  const { steps } = await generateText({
    ...asked,
    ...{ model: qkv("chat"), maxOutputTokens: 60, tools: { check }, stopWhen: stepCountIs(2) },
    prepareStep: ({ stepNumber }) => ({ toolChoice: stepNumber === 0 ? "required" : "none" }),
  });
  expect(steps[0]).toMatchObject({ finishReason: "tool-calls", toolCalls: [{ toolName: "check" }] });
  expect(given).toHaveLength(1);
  expect(steps).toHaveLength(2);
  expect(steps[1]?.usage.inputTokens).toBeGreaterThan(steps[0]?.usage.inputTokens ?? Infinity);
  const untold = { ...pretrained, chatTemplate: { template: "{{ messages[0].content }}", specialTokens: {} } };
  const model = new QkvLanguageModel("untold", () => Promise.resolve(untold));
  const { warnings } = await generateText({ ...asked, model, tools: { check } });
  expect(warnings).toMatchObject([{ type: "unsupported", feature: "tools" }]);
});

test("embed and embedMany", async () => {
  const own = await open("embedder");
  const qkv = createQkv({ open: () => Promise.resolve(own) });
  const model = qkv.embeddingModel("embedder");
  const { embeddings, usage } = await embedMany({ model, values: ["Ada wrote", "No."] });
  expect(embeddings.map(({ length }) => length)).toEqual([16, 16]);
  expect(usage.tokens).toBeGreaterThan(2);
  const one = await embed({ model, value: "No.", providerOptions: { qkv: { dimensions: 4 } } });
  expect(one.embedding).toHaveLength(4);
  const again = new QkvEmbeddingModel("again", () => Promise.resolve(own));
  const { warnings } = await again.doEmbed({ values: ["Ada ".repeat(5000)] });
  expect(warnings).toMatchObject([{ type: "other" }]);
  await qkv.dispose();
});

test("transcribe", async () => {
  const qkv = createQkv({ open });
  const sound = { channels: [Float32Array.from({ length: 1600 }, (_, i) => Math.sin(i / 3))], sampleRate: 1600 };
  const audio = encodeWav(sound);
  const { text, segments, durationInSeconds } = await transcribe({ model: qkv.transcription("hubert"), audio });
  expect(text).toBe(
    segments
      .map((segment) => segment.text)
      .join(" ")
      .trim(),
  );
  expect(durationInSeconds).toBeCloseTo(1);
  expect(qkv.transcriptionModel("hubert")).toBeInstanceOf(QkvTranscriptionModel);
  await qkv.dispose();
});

test("a provider refuses what is no id, and has no images", async () => {
  expect(() => qkv("")).toThrow("expected the id of a model");
  expect(() => qkv.imageModel("any")).toThrow("any");
  await expect(generateText({ ...asked, model: qkv("nowhere") })).rejects.toThrow("nowhere");
});
