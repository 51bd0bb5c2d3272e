import { expect, test } from "vitest";
import { promptIds, type WrittenTurn } from "./promptIds.ts";

/** Letters are tokens, capital ones are special; a text begins with B. */
const tokenizer = {
  encode: (text: string, { addSpecialTokens = true } = {}) => ({
    ids: Array.from(addSpecialTokens ? `B${text}` : text, (char) => char.codePointAt(0) ?? 0),
  }),
  decode: (ids: Iterable<number>) => String.fromCodePoint(...ids).replaceAll(/[A-Z]/g, ""),
} as unknown as Parameters<typeof promptIds>[1]["tokenizer"];

async function idsOf(turns: readonly WrittenTurn[], template?: string): Promise<string> {
  const pretrained = template === undefined ? {} : { chatTemplate: { template, specialTokens: {} } };
  return String.fromCodePoint(
    ...(await promptIds({ turns, isChat: template !== undefined }, { tokenizer, pretrained })),
  );
}

const said: WrittenTurn = { role: "user", text: "hi" };
const ids = Array.from("y*o", (char) => char.codePointAt(0) ?? 0);

test("a text is taken as it is, and goes on with what the model wrote", async () => {
  expect(await idsOf([said])).toBe("Bhi");
  expect(await idsOf([said, { role: "assistant", text: "yo", ids }])).toBe("Bhiy*o");
  expect(await idsOf([said, { role: "assistant", text: "yo" }])).toBe("Bhiyo");
});

test("a conversation is what its template makes of it", async () => {
  const template = "{% for message in messages %}U{{ message.content }}E{% endfor %}A";
  expect(await idsOf([said, { role: "assistant", text: "yo", ids }], template)).toBe("UhiEAy*o");
});
