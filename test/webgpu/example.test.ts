import { describeBackends } from "@qkv/testing";
import { expect, test, vi } from "vitest";
import { EXAMPLES } from "../examples.ts";

describeBackends(
  "the example of @qkv/backend-webgpu",
  () => {
    test("says what it should", async () => {
      const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
      await import("../../examples/backendWebgpu.ts");
      const printed = log.mock.calls.map((args) => args.join(" ")).join("\n");
      log.mockRestore();
      expect(printed).toMatch(EXAMPLES["backendWebgpu.ts"]?.prints ?? "");
    });
  },
  ["webgpu"],
);
