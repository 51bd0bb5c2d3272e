import { describe, expect, test } from "vitest";
import { overlongWords } from "./overlongWords.ts";

const found = (text: string) => overlongWords(text).map(({ start, end }) => text.slice(start, end));
const letters = "abcde".repeat(20);

describe("overlongWords", () => {
  test.each([
    ["letters in a row", `The key is ${letters}, I think.`, [`${letters},`]],
    ["base64", `(${"aB3+/".repeat(30)}==)`, [`(${"aB3+/".repeat(30)}==)`]],
    ["an address with a key", `See https://a.org/?k=${letters}&l=1 there.`, [`https://a.org/?k=${letters}&l=1`]],
    ["a word of 99 letters", letters.slice(1), []],
    ["short words without spaces", "I,you,he,she,".repeat(20), []],
    ["Chinese without spaces", "天气".repeat(100), []],
    ["Thai without spaces", "ภาษาไทย".repeat(40), []],
    ["a key in Chinese", `密钥是${letters}。`, [letters]],
    ["two of them", `${letters} and ${letters}`, [letters, letters]],
  ])("finds %s", (_what, text, words) => {
    expect(found(text)).toEqual(words);
  });

  test.each([
    ["letters", "a".repeat(200_000)],
    ["words that are almost too long", `${"a".repeat(99)}.`.repeat(2_000)],
    ["keys in Chinese", `天${letters}`.repeat(2_000)],
  ])("takes a time that grows with the text: %s", (_what, text) => {
    const start = process.cpuUsage();
    overlongWords(text);
    expect(process.cpuUsage(start).user).toBeLessThan(2_000_000); // 0.1 s
  });
});
