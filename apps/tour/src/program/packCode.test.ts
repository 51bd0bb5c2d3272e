import { expect, test } from "vitest";
import { packCode, unpackCode } from "./packCode.ts";

test("a program comes back as it went, in letters of addresses", async () => {
  const code = 'const 이름 = "é";\n'.repeat(200);
  const packed = await packCode(code);
  expect(packed).toMatch(/^[\w-]+$/);
  expect(packed.length).toBeLessThan(200);
  expect(await unpackCode(packed)).toBe(code);
});

test("what is none fails, and so does what would become too long", async () => {
  await expect(unpackCode("%%%")).rejects.toThrow();
  await expect(unpackCode("abcdef")).rejects.toThrow();
  await expect(unpackCode(await packCode("a".repeat(2e6)).catch(() => "!"))).rejects.toThrow();
});
