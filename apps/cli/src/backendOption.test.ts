import { initBackend } from "@qkv/backend";
import { beforeEach, expect, test, vi } from "vitest";
import { startBackend } from "./backendOption.ts";

vi.mock("@qkv/backend", () => ({ initBackend: vi.fn(() => Promise.resolve({ name: "wasm", refused: [] })) }));

beforeEach(() => void vi.mocked(initBackend).mockClear());

const work = { parameters: 11e6, rows: 12 };

test("a backend is chosen for the work that is estimated", async () => {
  await startBackend({}, () => Promise.resolve(work));
  expect(initBackend).toHaveBeenCalledWith(undefined, { work });
});

test("nothing is estimated where a backend is asked for, and no work is told that is unknown", async () => {
  const estimate = vi.fn(() => Promise.resolve(undefined));
  await startBackend({ backend: "webgpu", threads: 2 }, estimate);
  expect(estimate).not.toHaveBeenCalled();
  expect(initBackend).toHaveBeenLastCalledWith("webgpu", { threads: 2 });
  await startBackend({}, estimate);
  expect(initBackend).toHaveBeenLastCalledWith(undefined, {});
});
