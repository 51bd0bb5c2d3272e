import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { initBackend } from "@qkv/backend";
import { createGenerator, loadPretrained, type Pretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chatOnTerminal } from "../src/chat/chatTerminal.ts";
import { buildProgram, qkv } from "./qkv.ts";
import { writeTinyChatModel, writeTinyLanguageModel, writeTinyModel } from "./tinyModel.ts";

let folder: string;
const at = (name: string) => path.join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-chat-"));
  await buildProgram();
  await writeTinyChatModel(at("chat"));
  await writeTinyLanguageModel(at("gpt2"));
  await writeTinyModel(at("marian"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("qkv chat", () => {
  const chat = (input: string, ...args: string[]) =>
    qkv(["chat", "--model", at("chat"), "--backend", "cpu", "--max-new-tokens", "4", ...args], { input });

  test("answers each line that is piped in with a line, in one conversation that /reset begins anew", async () => {
    const { code, stdout, stderr } = await chat("hi\nhi\n/reset\nhi\n/exit\nhi\n", "--json", "--system", "be");
    expect(code).toBe(0);
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { message: string; answer: string; promptTokens: number });
    expect(answers.map(({ message }) => message)).toEqual(["hi", "hi", "hi"]);
    const [first, second, third] = answers;
    expect(second?.promptTokens).toBeGreaterThan(first?.promptTokens ?? 0);
    expect(third).toEqual(first);
    expect(stderr).toContain("line 1: the answer ran into the limit of tokens");
    const plain = await chat("hi\nhi\n", "--system", "be");
    expect(plain.stdout.split("\n")).toHaveLength(3);
  });

  test("draws as asked for", async () => {
    const answers = await Promise.all(
      ["1", "1", "2"].map((seed) => chat("hi\n", "--temperature", "1.5", "--seed", seed)),
    );
    const [one, again, other] = answers.map(({ stdout }) => stdout);
    expect(one).toBe(again);
    expect(one).not.toBe(other);
  });

  test.each([
    [["chat", "--model", "gpt2"], "--model: expected a model with a chat template, got"],
    [["summarize", "--model", "gpt2", "x"], "expected a model_type of marian"],
  ])("%j is refused", async ([command = "", option = "", model = "", ...rest], message) => {
    const finished = await qkv([command, option, at(model), ...rest], { input: "hi\n" });
    expect(finished.code).toBeGreaterThan(0);
    expect(finished.stderr).toContain(message);
  });
});

describe("a chat on a terminal", () => {
  let pretrained: Pretrained;
  beforeAll(async () => {
    await initBackend("cpu");
    pretrained = await loadPretrained(await modelFolder(at("chat")));
  });
  afterAll(() => pretrained.model.dispose());

  /** Types texts one after the other, the next one once the last was answered. */
  async function type(...keys: (string | { readonly during: string; readonly line: string })[]) {
    const conversation = createGenerator(pretrained).startConversation({ options: { maxNewTokens: 3 } });
    const [input, output] = [new PassThrough(), new PassThrough()];
    let written = "";
    let answers = 0;
    let interrupts: string | undefined;
    const write = async (text: string) => {
      written += text;
      if (text === "\n") answers++;
      else if (interrupts !== undefined) {
        input.write(interrupts);
        interrupts = undefined;
        await setTimeout(20); // lets the key arrive
      }
    };
    const shown: string[] = [];
    output.on("data", (text: Buffer) => shown.push(text.toString()));
    const ended = chatOnTerminal(conversation, new AbortController().signal, { input, output, write });
    for (const key of keys) {
      const before = answers;
      if (typeof key === "string") input.write(key);
      else {
        interrupts = key.during;
        input.write(key.line);
      }
      const isLine = typeof key !== "string" || /^[^/].*\r$/.test(key);
      for (let i = 0; isLine && answers === before && i < 1000; i++) await setTimeout(10);
      await setTimeout(20);
    }
    await ended;
    const { messages } = conversation;
    conversation.dispose();
    return { messages, written, answers, shown: shown.join("") };
  }

  test("says lines, and ends with /exit", async () => {
    const { messages, answers, shown } = await type("hi\r", "so\r", "/exit\r");
    expect(answers).toBe(2);
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
    expect(shown).toContain("> ");
  });

  test("/reset begins anew", async () => {
    expect((await type("hi\r", "/reset\r", "so\r", "/exit\r")).messages.map(({ content }) => content)[0]).toBe("so");
  });

  test("Ctrl-C stops an answer and not the chat; twice where there is none, it ends", async () => {
    const { messages, answers, shown } = await type({ line: "hi\r", during: "\u0003" }, "so\r", "\u0003", "\u0003");
    expect(answers).toBe(2);
    expect(messages.filter(({ role }) => role === "user").map(({ content }) => content)).toEqual(["hi", "so"]);
    expect(shown).toContain("Ctrl-C again");
  });
});

test("qkv summarize gives a line for each line, within the limit", async () => {
  const args = ["summarize", "--model", at("marian"), "--backend", "cpu", "--max-new-tokens", "3"];
  const { code, stdout } = await qkv([...args, "--json"], { input: "the train\nto the station\n" });
  expect(code).toBe(0);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { source: string; summary: string });
  expect(lines.map(({ source }) => source)).toEqual(["the train", "to the station"]);
  const long = await qkv([...args, "the train to the station ".repeat(20)]);
  expect(long.code).toBe(1);
  expect(long.stderr).toContain("expected a text of at most 32 tokens");
  const cut = await qkv([...args, "--cut", "the train to the station ".repeat(20)]);
  expect(cut.code).toBe(0);
  expect(cut.stderr).toMatch(/its last \d+ tokens are not read/);
});
