import { describe, expect, test } from "vitest";
import type { ChatMessage } from "./chatMessage.ts";
import { type ChatEncoder, chatIds, type PromptTokenizer } from "./chatIds.ts";

/** Letters are tokens, capital ones are special; a text begins with B. */
const tokenizer = {
  encode: (text: string, { addSpecialTokens = true } = {}) => ({
    ids: Array.from(addSpecialTokens ? `B${text}` : text, (char) => char.codePointAt(0) ?? 0),
  }),
  decode: (ids: Iterable<number>) => String.fromCodePoint(...ids).replaceAll(/[A-Z]/g, ""),
} as unknown as PromptTokenizer;
const CHAT =
  "{{ bos_token }}{% for message in messages %}{{ message.role[0] | upper }}{{ message.content }}E{% endfor %}{% if add_generation_prompt %}{{ mark }}A{% endif %}";

async function idsOf(
  messages: readonly ChatMessage[],
  template = CHAT,
  templateVariables?: Readonly<Record<string, unknown>>,
): Promise<string> {
  const chatTemplate = { template, specialTokens: { bos_token: "B" } };
  return String.fromCodePoint(...(await chatIds(messages, { tokenizer, chatTemplate, templateVariables })));
}

const ids = (text: string) => Array.from(text, (char) => char.codePointAt(0) ?? 0);
const said = (content: string): ChatMessage => ({ role: "user", content });
const wrote: ChatMessage = { role: "assistant", content: "yo", ids: ids("y*o") };

describe("a conversation", () => {
  test("is what its template makes of it", async () => {
    expect(await idsOf([said("hi")])).toBe("BUhiEA");
    expect(await idsOf([{ role: "system", content: "be" }, said("hi")])).toBe("BSbeEUhiEA");
    expect(await idsOf([said("hi")], CHAT, { mark: "Q" })).toBe("BUhiEQA");
  });

  test("keeps what the model wrote token for token, whatever its text gives", async () => {
    expect(await idsOf([said("hi"), wrote, said("so")])).toBe("BUhiEAy*oEUsoEA");
    expect(await idsOf([said("hi"), wrote])).toBe("BUhiEAy*o"); // and goes on
  });

  test("is read anew where another model wrote, or the template changes what was written", async () => {
    expect(await idsOf([said("hi"), { role: "assistant", content: "yo" }, said("so")])).toBe("BUhiEAyoEUsoEA");
    const template = CHAT.replace("message.content", "message.content | replace('yo', 'no')");
    expect(await idsOf([said("hi"), wrote, said("so")], template)).toBe("BUhiEAnoEUsoEA");
  });

  test("is read anew where no special token follows on what was written", async () => {
    expect(await idsOf([said("hi"), wrote, said("so")], CHAT.replace("}}E{%", "}}.{%"))).toBe("BUhi.Ayo.Uso.A");
  });

  test("is rendered only where an answer follows, as templates want roles to alternate", async () => {
    const strict = `{% if messages[-1].role == 'system' %}{{ raise_exception('no question') }}{% endif %}${CHAT}`;
    expect(await idsOf([{ role: "system", content: "be" }, said("hi")], strict)).toBe("BSbeEUhiEA");
    await expect(idsOf([{ role: "system", content: "be" }], strict)).rejects.toThrow(
      "expected messages that the model's chat template takes, got: no question",
    );
  });

  test("is written by the template of a name, or the one for tools", async () => {
    const chatTemplate = { template: "Aplain", named: { tool_use: "Btools", rag: "Crag" }, specialTokens: {} };
    const written = async (more: Partial<ChatEncoder>) =>
      String.fromCodePoint(...(await chatIds([said("hi")], { tokenizer, chatTemplate, ...more })));
    const tools = { templateVariables: { tools: [] } };
    expect(await written({})).toBe("Aplain");
    expect(await written({ templateVariables: { tools: null } })).toBe("Aplain");
    expect(await written(tools)).toBe("Btools");
    expect(await written({ ...tools, templateName: "default" })).toBe("Aplain");
    expect(await written({ templateName: "rag" })).toBe("Crag");
    await expect(written({ templateName: "toString" })).rejects.toThrow(
      'expected a chat template of default, tool_use, rag, got "toString"',
    );
  });

  test("of a model without a template is refused, as are other values", async () => {
    await expect(chatIds([said("hi")], { tokenizer })).rejects.toThrow("expected a model with a chat template");
    await expect(idsOf([])).rejects.toThrow("chatIds: expected a text or a list of messages, got an array");
    await expect(idsOf([said("a"), { role: "user" } as never])).rejects.toThrow(
      "chatIds: expected messages[1].content to be a string, got nothing",
    );
  });
});
