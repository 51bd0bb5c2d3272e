import { afterEach, expect, test, vi } from "vitest";
import { writeJson, writeText } from "./output.ts";

const terminal = Object.getOwnPropertyDescriptor(process.stdout, "isTTY");
afterEach(() => {
  if (terminal) Object.defineProperty(process.stdout, "isTTY", terminal);
  else delete (process.stdout as { isTTY?: boolean }).isTTY;
});

/** What is written to a standard output that is a terminal, or is not. */
async function written(isTTY: boolean, write: () => Promise<void>): Promise<string> {
  Object.defineProperty(process.stdout, "isTTY", { value: isTTY, configurable: true });
  const spy = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  await write();
  const text = spy.mock.calls.map(([chunk]) => String(chunk)).join("");
  spy.mockRestore();
  return text;
}

const HOSTILE = "a\u001b]0;owned\u0007\tb\u202e\r\n";

test("a model's text goes exactly into a pipe, and cannot drive a terminal", async () => {
  expect(await written(false, () => writeText(HOSTILE))).toBe(HOSTILE);
  expect(await written(true, () => writeText(HOSTILE))).toBe("a\\u001b]0;owned\\u0007\tb\\u202e\\r\n");
});

test("JSON holds the same text, in letters that drive nothing", async () => {
  const line = await written(false, () => writeJson({ text: HOSTILE }));
  expect(line).toBe(`{"text":"a\\u001b]0;owned\\u0007\\tb\\u202e\\r\\n"}\n`);
  expect(JSON.parse(line)).toEqual({ text: HOSTILE });
});
