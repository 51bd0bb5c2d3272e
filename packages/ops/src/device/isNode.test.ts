import { afterEach, expect, test, vi } from "vitest";
import { isNode } from "./isNode.ts";

afterEach(() => vi.unstubAllGlobals());

test("this is Node", () => {
  expect(isNode()).toBe(true);
});

test("a page is not, though a bundler gives it a process", () => {
  vi.stubGlobal("process", { env: {}, versions: {} });
  expect(isNode()).toBe(false);
});

test("nor is workerd, though it may have Node's", () => {
  vi.stubGlobal("navigator", { userAgent: "Cloudflare-Workers" });
  expect(isNode()).toBe(false);
});
