import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readLines, streamLines } from "./textLines.ts";

async function read(text: string | Uint8Array, size = Infinity): Promise<{ lines: string[]; notes: string[] }> {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const chunks = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  const [lines, notes] = [[] as string[], [] as string[]];
  for await (const line of streamLines(chunks, "input", (message) => notes.push(message))) lines.push(line);
  return { lines, notes };
}

describe("streamLines", () => {
  test.each([
    ["", []],
    ["\n", [""]],
    ["a", ["a"]],
    ["a\n", ["a"]],
    ["a\n\nb", ["a", "", "b"]],
    ["a\r\nb\r\n", ["a", "b"]],
    ["a\rb\n\rc", ["a\rb", "\rc"]],
    ["a\r\r\nb", ["a\r", "b"]],
    ["a\u2028b\u2029c\u0085d\ve\ff\u001cg\n", ["a\u2028b\u2029c\u0085d\ve\ff\u001cg"]],
    ["\ufeffa\n\ufeffb\n", ["a", "\ufeffb"]],
    ["\ufeff\nb", ["", "b"]],
    ["nul \0, héé, 漢字 🙂\n", ["nul \0, héé, 漢字 🙂"]],
  ])("has of %j the lines %j, wherever the chunks are cut", async (text, lines) => {
    for (const size of [Infinity, 1, 2, 3]) expect(await read(text, size)).toEqual({ lines, notes: [] });
  });

  test("puts U+FFFD for bytes that are no UTF-8, and says in which line, wherever the chunks are cut", async () => {
    const bytes = Buffer.from("caf\xe9\nfine\n\xf0\x9f\x98", "latin1");
    const notes = [1, 3].map((line) => `input: line ${line}: expected UTF-8, got other bytes`);
    for (const size of [Infinity, 1, 2]) {
      expect(await read(bytes, size)).toEqual({ lines: ["caf\ufffd", "fine", "\ufffd"], notes });
    }
  });

  test("has as many lines as there are line feeds, and one more if anything follows the last", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 1, max: 9 }), async (bytes, size) => {
        fc.pre(!/^(fffe|feff)/.test(Buffer.from(bytes).toString("hex")));
        const { lines } = await read(bytes, size);
        expect(lines).toEqual((await read(bytes)).lines);
        const feeds = bytes.filter((byte) => byte === 10).length;
        expect(lines).toHaveLength(feeds + (bytes.length > 0 && bytes.at(-1) !== 10 ? 1 : 0));
      }),
    );
  });

  test("refuses UTF-16", async () => {
    const text = Buffer.from("\ufeffhello\r\n", "utf16le");
    for (const bytes of [text, Buffer.from(text).swap16()]) {
      await expect(read(bytes, 1)).rejects.toThrow("input: line 1: expected UTF-8, got UTF-16");
    }
  });
});

describe("readLines", () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), "qkv-lines-"))));
  afterAll(() => rm(folder, { recursive: true }));

  test("reads a file whose CR and LF fall into two chunks", async () => {
    const file = path.join(folder, "crlf.txt");
    await writeFile(file, `${"x".repeat(65_535)}\r\nsecond\r\n`); // chunks are of 64 KiB
    expect((await readLines(file)).map((line) => line.slice(-6))).toEqual(["xxxxxx", "second"]);
  });

  test("says what is there instead of a text file, and which line is no UTF-8", async () => {
    const file = path.join(folder, "latin1.txt");
    await writeFile(file, Buffer.from("fine\ncaf\xe9\n", "latin1"));
    await expect(readLines(file)).rejects.toThrow(`${file}: line 2: expected UTF-8, got other bytes`);
    await expect(readLines(folder)).rejects.toThrow(`${folder}: expected a text file, got a folder`);
    await expect(readLines(`${file}x`)).rejects.toThrow(`${file}x: expected a text file, got nothing of this name`);
  });
});
