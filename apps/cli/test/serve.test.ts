// The server over real HTTP, with OpenAI's own client and without.
import { type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { writeTinyModels } from "@qkv/testing";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildProgram, type Finished, qkv } from "./qkv.ts";
import { writeTinyChatModel, writeTinyLanguageModel } from "./tinyModel.ts";

let folder: string;
let chat: string;
let plain: string;
let embedder: string;
let whisper: string;
let hubert: string;

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly finished: Promise<Finished>;
}

async function start(...args: string[]): Promise<Running> {
  let child: ChildProcess | undefined;
  let url: string | undefined;
  let told = "";
  const finished = qkv(["serve", "--port", "0", "--backend", "cpu", ...args], {
    whileRunning: (running) => {
      child = running;
      running.stderr?.on("data", (text: string) => {
        told += text;
        url ??= /http:\/\/127\.0\.0\.1:\d+/.exec(told)?.[0];
      });
    },
  });
  let ended = false;
  void finished.finally(() => (ended = true));
  while (url === undefined) {
    if (ended) throw new Error(told);
    await setTimeout(20);
  }
  return { child: child as ChildProcess, url, finished };
}

async function stop({ child, finished }: Running): Promise<Finished> {
  child.kill("SIGINT");
  return finished;
}

let server: Running;
let client: OpenAI;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-serve-"));
  [chat, plain] = [path.join(folder, "chat"), path.join(folder, "gpt2")];
  [embedder, whisper, hubert] = ["embedder", "whisper", "hubert"].map((name) => path.join(folder, "tiny", name)) as [
    string,
    string,
    string,
  ];
  writeTinyModels(path.join(folder, "tiny"));
  await buildProgram();
  await writeTinyChatModel(chat);
  await writeTinyLanguageModel(plain);
  server = await start("--model", chat, plain, embedder, whisper, hubert);
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
});
afterAll(async () => {
  server.child.kill("SIGKILL");
  await rm(folder, { recursive: true });
});

const post = (route: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${route}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
const hi = [{ role: "user" as const, content: "hi" }];
const tool = (name: string, more: object = {}) => ({ type: "function" as const, function: { name, ...more } });
const call = (id: string, name: string, json: string) => ({
  ...{ id, type: "function" as const, function: { name, arguments: json } },
});
const asked = (more: object = {}) => ({ model: chat, messages: hi, max_tokens: 6, temperature: 0, ...more });
const health = async () => (await (await fetch(`${server.url}/health`)).json()) as { running: number; waiting: number };
const idle = async () => {
  for (let i = 0; i < 500 && (await health()).running > 0; i++) await setTimeout(20);
};

describe("OpenAI's client", () => {
  test("lists the models", async () => {
    const { data } = await client.models.list();
    expect(data.map(({ id }) => id)).toEqual([chat, plain, embedder, whisper, hubert]);
  });

  test("gets a whole answer, and the same as a stream", async () => {
    const whole = await client.chat.completions.create(asked());
    expect(whole).toMatchObject({ object: "chat.completion", model: chat });
    const [choice] = whole.choices;
    expect(choice).toMatchObject({ index: 0, finish_reason: "length", message: { role: "assistant" } });
    const { usage } = whole;
    expect(usage?.completion_tokens).toBe(6);
    expect(usage?.total_tokens).toBe(6 + (usage?.prompt_tokens ?? 0));
    const stream = await client.chat.completions.create({
      ...asked(),
      stream: true,
      stream_options: { include_usage: true },
    });
    let [text, finish, told] = ["", "", 0];
    for await (const { choices, usage } of stream) {
      text += choices[0]?.delta.content ?? "";
      finish = choices[0]?.finish_reason ?? finish;
      told = usage?.total_tokens ?? told;
    }
    expect([text, finish, told]).toEqual([choice?.message.content, "length", usage?.total_tokens]);
  });

  test("the same seed draws the same, and stop ends before its text", async () => {
    const draw = async (more: object) => {
      const { choices } = await client.chat.completions.create(asked({ temperature: 1.5, max_tokens: 12, ...more }));
      return choices[0];
    };
    const [one, again, other] = [await draw({ seed: 1 }), await draw({ seed: 1 }), await draw({ seed: 2 })];
    expect(one).toEqual(again);
    expect(one?.message.content).not.toBe(other?.message.content);
    const text = one?.message.content ?? "";
    const stop = text.slice(3, 5);
    const stopped = await draw({ seed: 1, stop: ["never", stop] });
    expect(stopped).toMatchObject({ finish_reason: "stop", message: { content: text.slice(0, text.indexOf(stop)) } });
  });

  test("gets JSON of a schema, and any JSON", async () => {
    const schema = {
      type: "object",
      properties: { ok: { type: "boolean" } },
      required: ["ok"],
      additionalProperties: false,
    };
    const { choices } = await client.chat.completions.create(
      asked({
        max_tokens: 60,
        temperature: 1,
        response_format: { type: "json_schema", json_schema: { name: "answer", strict: true, schema } },
      }),
    );
    expect(typeof (JSON.parse(choices[0]?.message.content ?? "") as { ok: boolean }).ok).toBe("boolean");
    const any = await client.chat.completions.create(asked({ response_format: { type: "json_object" } }));
    expect(any.choices[0]?.message.content?.trim()).toMatch(/^\{/);
  });

  test("calls a tool that it has to, whole and as a stream, and reads its answer", async () => {
    const parameters = {
      type: "object",
      properties: { ok: { type: "boolean" } },
      required: ["ok"],
      additionalProperties: false,
    };
    const request = asked({
      max_tokens: 90,
      temperature: 1,
      seed: 3,
      tools: [tool("other"), tool("add", { parameters, strict: true })],
      tool_choice: { type: "function", function: { name: "add" } },
    });
    const { choices } = await client.chat.completions.create(request);
    expect(choices[0]).toMatchObject({ finish_reason: "tool_calls", message: { content: null } });
    const [made] = choices[0]?.message.tool_calls ?? [];
    if (made?.type !== "function") throw new Error("expected a call of a function");
    expect(made.function.name).toBe("add");
    expect(typeof (JSON.parse(made.function.arguments) as { ok: unknown }).ok).toBe("boolean");

    const stream = await client.chat.completions.create({ ...request, stream: true });
    const [streamed, finishes]: [unknown[], unknown[]] = [[], []];
    for await (const { choices } of stream) {
      streamed.push(...(choices[0]?.delta.tool_calls ?? []).map(({ index, function: called }) => ({ index, called })));
      if (choices[0]?.finish_reason) finishes.push(choices[0].finish_reason);
    }
    expect(streamed).toEqual([{ index: 0, called: made.function }]);
    expect(finishes).toEqual(["tool_calls"]);

    const messages = [
      ...hi,
      { role: "assistant" as const, content: null, tool_calls: [made] },
      { role: "tool" as const, content: "done", tool_call_id: made.id },
    ];
    const answer = await client.chat.completions.create({ ...asked({ max_tokens: 4 }), messages });
    const alone = await client.chat.completions.create(asked({ max_tokens: 4 }));
    expect(answer.usage?.prompt_tokens).toBeGreaterThan((alone.usage?.prompt_tokens ?? 0) + 20); // it read the call
    expect(answer.choices[0]?.finish_reason).toBe("length");
  });

  test("gets completions of texts", async () => {
    const { choices, usage } = await client.completions.create({
      model: plain,
      prompt: ["once", "upon"],
      max_tokens: 3,
    });
    expect(choices.map(({ index }) => index)).toEqual([0, 1]);
    expect(usage?.completion_tokens).toBeLessThanOrEqual(6);
    let streamed = "";
    for await (const { choices } of await client.completions.create({
      ...{ model: plain, prompt: "once", max_tokens: 3, temperature: 0, stream: true },
    })) {
      streamed += choices[0]?.text ?? "";
    }
    expect(streamed).toBe(choices[0]?.text);
  });

  test("gets embeddings as numbers and in base64, which are the same", async () => {
    const input = ["Ada wrote", "No."];
    const { data, usage } = await client.embeddings.create({ model: embedder, input, encoding_format: "float" });
    expect(data.map(({ embedding }) => embedding.length)).toEqual([16, 16]);
    expect(usage.prompt_tokens).toBeGreaterThan(2);
    const body = (await (
      await post("/v1/embeddings", { model: embedder, input, encoding_format: "base64" })
    ).json()) as {
      data: { embedding: string }[];
    };
    const bytes = Buffer.from(body.data[1]?.embedding ?? "", "base64");
    const numbers = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    expect(Array.from(numbers)).toEqual(data[1]?.embedding);
    const few = await client.embeddings.create({
      model: embedder,
      input: "Ada",
      dimensions: 4,
      encoding_format: "float",
    });
    expect(few.data[0]?.embedding).toHaveLength(4);
  });
});

describe("a sound", () => {
  const SOUNDS = path.join(import.meta.dirname, "../../../packages/audio/test/golden/sounds");
  const sound = async (name = "mpeg2.mp3") => new File([await readFile(path.join(SOUNDS, name))], name);

  test("is transcribed as the program does it, whole and as a stream", async () => {
    const told = await qkv([
      "transcribe",
      "--model",
      whisper,
      "--backend",
      "cpu",
      "--json",
      path.join(SOUNDS, "mpeg2.mp3"),
    ]);
    const expected = JSON.parse(told.stdout) as {
      text: string;
      segments: { text: string; start: number; ids: number[] }[];
    };
    expect(expected.text).not.toBe("");
    const asked = { model: whisper, file: await sound() };
    const { text } = await client.audio.transcriptions.create(asked);
    expect(text).toBe(expected.text);
    let [deltas, done] = ["", ""];
    for await (const event of await client.audio.transcriptions.create({ ...asked, stream: true })) {
      if (event.type === "transcript.text.delta") deltas += event.delta;
      if (event.type === "transcript.text.done") done = event.text;
    }
    expect([deltas.trim(), done]).toEqual([text, text]);
    const verbose = await client.audio.transcriptions.create({ ...asked, response_format: "verbose_json" });
    expect(verbose.duration).toBeCloseTo(0.1, 0);
    expect(verbose.segments?.map(({ text, start, tokens }) => ({ text, start, ids: tokens }))).toEqual(
      expected.segments.map(({ text, start, ids }) => ({ text, start, ids })),
    );
    expect(await client.audio.transcriptions.create({ ...asked, response_format: "srt" })).toMatch(
      /^1\n00:00:00,\d{3} --> /,
    );
    expect(await client.audio.transcriptions.create({ ...asked, response_format: "vtt" })).toMatch(/^WEBVTT\n\n00:/);
    expect(await client.audio.transcriptions.create({ ...asked, response_format: "text" })).toBe(`${text}\n`);
  });

  test("has words with times", async () => {
    for (const model of [whisper, hubert]) {
      const { text, words, segments } = await client.audio.transcriptions.create({
        ...{ model, file: await sound(), response_format: "verbose_json", timestamp_granularities: ["word"] },
      });
      expect(segments).toBeUndefined();
      expect(
        words
          ?.map(({ word }) => word)
          .join("")
          .replaceAll(" ", ""),
      ).toBe(text.replaceAll(" ", ""));
    }
  });

  test.each<[string, Record<string, string | Blob>, number, string, string | null]>([
    ["no sound", { file: "a.wav" }, 400, "file: expected a sound file", "file"],
    ["other bytes", { file: new Blob(["hello"]) }, 400, "file: decodeSound: expected a WAV", "file"],
    ["a model that writes no speech", { model: "EMBEDDER" }, 400, "model: expected one that writes speech", "model"],
    ["a language that is not known", { language: "xx" }, 400, "expected en of a model", null],
    ["a temperature that is none", { temperature: "hot" }, 400, "temperature: ", "temperature"],
    ["another format", { response_format: "xml" }, 400, "response_format: ", "response_format"],
    [
      "times in no format",
      { "timestamp_granularities[]": "word" },
      400,
      "response_format of verbose_json",
      "timestamp_granularities",
    ],
    ["subtitles as a stream", { response_format: "srt", stream: "true" }, 400, "stream: expected false", "stream"],
    ["a prompt", { prompt: "hello" }, 400, "prompt: expected", "prompt"],
    ["a field that is not known", { colour: "red" }, 400, "colour: expected a field that is supported", "colour"],
  ])("%s is refused by name", async (_, fields, status, message, param) => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ model: whisper, file: await sound(), ...fields })) {
      form.set(name, value === "EMBEDDER" ? embedder : value);
    }
    const response = await fetch(`${server.url}/v1/audio/transcriptions`, { method: "POST", body: form });
    const { error } = (await response.json()) as { error: { message: string; param: string | null } };
    expect([response.status, error.param]).toEqual([status, param]);
    expect(error.message).toContain(message);
  });

  test("of more bytes than fit is refused before they come", async () => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    const head = "POST /v1/audio/transcriptions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    socket.write(`${head}Content-Type: multipart/form-data; boundary=a\r\nContent-Length: 30000000\r\n\r\n`);
    for await (const chunk of socket) {
      expect(String(chunk)).toMatch(/^HTTP\/1\.1 413 /);
      break;
    }
  });

  test("of a page, or in another kind of body, is refused", async () => {
    const form = new FormData();
    form.set("model", whisper);
    const request = { method: "POST", body: form, headers: { Origin: "https://evil.example" } };
    expect((await fetch(`${server.url}/v1/audio/transcriptions`, request)).status).toBe(403);
    expect((await post("/v1/audio/transcriptions", {})).status).toBe(415);
    const torn = { "Content-Type": "multipart/form-data; boundary=a" };
    expect((await post("/v1/audio/transcriptions", "--b", torn)).status).toBe(400);
  });
});

describe("a request that is wrong", () => {
  const wrong = (more: object) => ({ model: "CHAT", messages: hi, max_tokens: 6, temperature: 0, ...more });

  test.each<[string, unknown, number, string, string | null]>([
    ["/v1/chat/completions", "{", 400, "expected a body of JSON", null],
    ["/v1/chat/completions", wrong({ model: "gpt-4" }), 404, "model: expected one of", "model"],
    ["/v1/chat/completions", wrong({ colour: 1 }), 400, "colour: expected a field that is supported", "colour"],
    ["/v1/chat/completions", wrong({ n: 2 }), 400, "n: expected 1 or nothing", "n"],
    ["/v1/chat/completions", wrong({ presence_penalty: 0.5 }), 400, "presence_penalty: expected 0", "presence_penalty"],
    ["/v1/chat/completions", wrong({ tools: [{ type: "web" }] }), 400, "tools.0.type: ", "tools.0.type"],
    [
      "/v1/chat/completions",
      wrong({ tools: [tool("add"), tool("add")] }),
      400,
      "expected a name of its own, got add",
      "tools.1.function.name",
    ],
    [
      "/v1/chat/completions",
      wrong({ tools: [tool("add", { strict: true })] }),
      400,
      "expected false, or a tool_choice that forces a call",
      "tools.0.function.strict",
    ],
    [
      "/v1/chat/completions",
      wrong({ tool_choice: "required" }),
      400,
      "tool_choice: expected none or auto",
      "tool_choice",
    ],
    [
      "/v1/chat/completions",
      wrong({ tools: [tool("add")], tool_choice: { type: "function", function: { name: "sub" } } }),
      400,
      "expected one of add, got sub",
      "tool_choice.function.name",
    ],
    [
      "/v1/chat/completions",
      wrong({ messages: [...hi, { role: "assistant", content: null, tool_calls: [call("1", "add", "[1]")] }] }),
      400,
      "expected an object as JSON",
      "messages.1.tool_calls.0.function.arguments",
    ],
    [
      "/v1/chat/completions",
      wrong({ messages: [...hi, { role: "assistant", tool_calls: [call("1", "add", "{}")] }] }),
      400,
      "expected answers of tools after the last tool_calls",
      "messages",
    ],
    ["/v1/chat/completions", wrong({ logprobs: true }), 400, "logprobs: expected false", "logprobs"],
    ["/v1/chat/completions", wrong({ temperature: "hot" }), 400, "temperature: ", "temperature"],
    ["/v1/chat/completions", wrong({ messages: [] }), 400, "messages: ", "messages"],
    [
      "/v1/chat/completions",
      wrong({ messages: [{ role: "tool", content: "", tool_call_id: "1" }] }),
      400,
      "messages.0.tool_call_id: expected that of a call before it",
      "messages.0.tool_call_id",
    ],
    ["/v1/chat/completions", { messages: hi }, 400, "model: ", "model"],
    ["/v1/chat/completions", wrong({ model: "PLAIN" }), 400, "expected a model with a chat template", "model"],
    [
      "/v1/chat/completions",
      wrong({ messages: [{ role: "user", content: "a".repeat(999) }] }),
      400,
      "expected a text of at most 255 tokens",
      null,
    ],
    [
      "/v1/chat/completions",
      wrong({ response_format: { type: "json_schema", json_schema: { schema: { not: {} } } } }),
      400,
      "expected keywords that are known here, got not",
      null,
    ],
    [
      "/v1/completions",
      { model: "PLAIN", prompt: [1, 2] },
      400,
      "prompt: expected a text or a list of texts",
      "prompt",
    ],
    ["/v1/completions", { model: "EMBEDDER", prompt: "a" }, 400, "model: expected one that generates text", "model"],
    ["/v1/embeddings", { model: "PLAIN", input: "a" }, 400, "model: expected one that embeds texts", "model"],
    ["/v1/embeddings", { model: "EMBEDDER", input: [""] }, 400, "input.0: ", "input.0"],
    ["/v1/embeddings", { model: "EMBEDDER", input: "Ada ".repeat(5000) }, 400, "input.0: expected at most", "input.0"],
    ["/v1/nothing", {}, 404, "expected what this server has, got POST /v1/nothing", null],
    ["/v1/completions", `{"prompt": "${"a".repeat(5_000_000)}"}`, 413, "expected a body of at most", null],
  ])("%s: number %# is refused by name", async (route, body, status, message, param) => {
    const named =
      typeof body === "string"
        ? body
        : JSON.parse(
            JSON.stringify(body)
              .replace('"CHAT"', JSON.stringify(chat))
              .replace('"PLAIN"', JSON.stringify(plain))
              .replace('"EMBEDDER"', JSON.stringify(embedder)),
          );
    const response = await post(route, named);
    const { error } = (await response.json()) as { error: { message: string; type: string; param: string | null } };
    expect([response.status, error.param]).toEqual([status, param]);
    expect(error.message).toContain(message);
    expect(error.type).toBe("invalid_request_error");
  });

  test("of another kind of body, or to another machine's name, is refused", async () => {
    expect((await post("/v1/completions", "{}", { "Content-Type": "text/plain" })).status).toBe(415);
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    socket.write("GET /health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    let answer = "";
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });

  test("is an error of OpenAI's client with its status", async () => {
    await expect(client.chat.completions.create(asked({ model: "gpt-4" }))).rejects.toBeInstanceOf(
      OpenAI.NotFoundError,
    );
  });
});

const LONG = { max_tokens: 240, logit_bias: { "0": -100 } };

test("twenty requests at once are answered, one after the other", async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => client.chat.completions.create(asked({ seed: 1 }))),
  );
  expect(new Set(answers.map(({ choices }) => choices[0]?.message.content)).size).toBe(1);
  expect(await health()).toEqual({ status: "ok", running: 0, waiting: 0 });
});

test("a client that goes away ends its generation, whole or as a stream, and others go on", async () => {
  for (const stream of [false, true]) {
    const controller = new AbortController();
    const leave = async () => {
      const response = await fetch(`${server.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(asked({ ...LONG, stream })),
        signal: controller.signal,
      });
      const reader = response.body?.getReader();
      await reader?.read();
      controller.abort();
      await reader?.read();
    };
    const failed = expect(leave()).rejects.toThrow();
    for (let i = 0; i < 100 && (await health()).running === 0; i++) await setTimeout(10);
    if (!stream) controller.abort();
    await failed;
    await idle();
    const { choices } = await client.chat.completions.create(asked());
    expect(choices).toHaveLength(1);
  }
});

test("metrics tell requests and tokens", async () => {
  const response = await fetch(`${server.url}/metrics`);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4");
  const text = await response.text();
  expect(text).toMatch(/^qkv_requests_total\{path="\/v1\/chat\/completions",status="200"\} \d+$/m);
  expect(text).toMatch(/^qkv_generated_tokens_total\{model=".*chat"\} [1-9]\d*$/m);
  expect(text).toMatch(/^qkv_requests_waiting 0$/m);
  expect(text.endsWith("\n")).toBe(true);
});

describe("a server of its own", () => {
  test("refuses what would wait too long, and says when to come again", async () => {
    const small = await start("--model", chat, "--queue", "2");
    const ask = () =>
      fetch(`${small.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(asked({ ...LONG, max_tokens: 60 })),
      });
    const answers = await Promise.all(Array.from({ length: 8 }, ask));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(3);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBe(8 - statuses.filter((status) => status === 200).length);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers.get("retry-after")).toBe("2");
    expect(await refused[0]?.json()).toMatchObject({ error: { type: "rate_limit_error", code: "queue_full" } });
    expect(await stop(small)).toMatchObject({ code: 0, stdout: "" });
  });

  test("asked to stop answers what is under way, and then ends", async () => {
    const own = await start("--model", chat);
    const answer = fetch(`${own.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(asked({ ...LONG, max_tokens: 100 })),
    });
    for (let running = 0; running === 0;) {
      ({ running } = (await (await fetch(`${own.url}/health`)).json()) as { running: number });
    }
    own.child.kill("SIGINT");
    expect((await answer).status).toBe(200);
    const [code] = (await once(own.child, "close")) as [number];
    expect(code).toBe(0);
  });

  test.each([
    [["--model", "nowhere"], 2, "--model: expected a shipped model's name"],
    [["--model", "CHAT", "--port", "70000"], 2, "expected a whole number from 0 to 65535"],
    [[], 2, "required option '--model <ref...>' not specified"],
  ])("%j is refused", async (args, code, message) => {
    const finished = await qkv(["serve", "--backend", "cpu", ...args.map((arg) => arg.replace("CHAT", chat))]);
    expect(finished.code).toBe(code);
    expect(finished.stderr).toContain(message);
  });
});
