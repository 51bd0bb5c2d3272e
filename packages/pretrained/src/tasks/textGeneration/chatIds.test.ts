import { describe, expect, test } from "vitest";
import { promptIds, type WrittenTurn } from "./promptIds.ts";

/** Letters are tokens, capital ones are special; a text begins with B. */
const tokenizer = {
  encode: (text: string, { addSpecialTokens = true } = {}) => ({
    ids: Array.from(addSpecialTokens ? `B${text}` : text, (char) => char.codePointAt(0) ?? 0),
  }),
  decode: (ids: Iterable<number>) => String.fromCodePoint(...ids).replaceAll(/[A-Z]/g, ""),
};
const CHAT =
  "{{ bos_token }}{% for message in messages %}{{ message.role[0] | upper }}{{ message.content }}E{% endfor %}{% if add_generation_prompt %}A{% endif %}";

function idsOf(turns: readonly WrittenTurn[], { isChat = true, template = CHAT } = {}): string {
  const pretrained = {
    chatTemplate: { template, specialTokens: { bos_token: "B" } },
  };
  const options = {
    tokenizer: tokenizer as unknown as Parameters<typeof promptIds>[1]["tokenizer"],
    pretrained,
  };
  return String.fromCodePoint(...promptIds({ turns, isChat }, options));
}

const ids = (text: string) => Array.from(text, (char) => char.codePointAt(0) ?? 0);
const said = (text: string): WrittenTurn => ({ role: "user", text });

describe("a conversation", () => {
  test("is what its template makes of it", () => {
    expect(idsOf([said("hi")])).toBe("BUhiEA");
  });

  test("keeps what the model wrote token for token, whatever its text gives", () => {
    const wrote: WrittenTurn = {
      role: "assistant",
      text: "yo",
      ids: ids("y*o"),
    };
    expect(idsOf([said("hi"), wrote, said("so")])).toBe("BUhiEAy*oEUsoEA");
    expect(idsOf([said("hi"), wrote])).toBe("BUhiEAy*o"); // and goes on
  });

  test("is read anew where another model wrote, or the template changes what was written", () => {
    const wrote: WrittenTurn = {
      role: "assistant",
      text: "yo",
      ids: ids("y*o"),
    };
    expect(idsOf([said("hi"), { role: "assistant", text: "yo" }, said("so")])).toBe("BUhiEAyoEUsoEA");
    const template = CHAT.replace("message.content", "message.content | replace('yo', 'no')");
    expect(idsOf([said("hi"), wrote, said("so")], { template })).toBe("BUhiEAnoEUsoEA");
  });

  test("is read anew where no special token follows on what was written", () => {
    const wrote: WrittenTurn = {
      role: "assistant",
      text: "yo",
      ids: ids("y*o"),
    };
    expect(
      idsOf([said("hi"), wrote, said("so")], {
        template: CHAT.replace("}}E{%", "}}.{%"),
      }),
    ).toBe("BUhi.Ayo.Uso.A");
  });

  test("of a model without a template is refused", () => {
    const pretrained = {};
    const options = {
      tokenizer: tokenizer as unknown as Parameters<typeof promptIds>[1]["tokenizer"],
      pretrained,
    };
    expect(() => promptIds({ turns: [said("hi")], isChat: true }, options)).toThrow(
      "expected a model with a chat template",
    );
  });
});

test("a text is taken as it is, and goes on with what the model wrote", () => {
  expect(idsOf([said("hi")], { isChat: false })).toBe("Bhi");
  expect(
    idsOf([said("hi"), { role: "assistant", text: "yo", ids: ids("y*o") }], {
      isChat: false,
    }),
  ).toBe("Bhiy*o");
  expect(idsOf([said("hi"), { role: "assistant", text: "yo" }], { isChat: false })).toBe("Bhiyo");
});
