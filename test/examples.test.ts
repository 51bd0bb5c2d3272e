// The examples run, say what they should, leave nothing behind, and stand in the READMEs letter by letter.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { ROOT } from "./workspace.ts";

/** What each example prints, and the README that shows it. */
const EXAMPLES: Readonly<Record<string, { readonly prints: RegExp; readonly readme: string }>> = {
  "attention.ts": { prints: /^1,2,4,8 1,2,4,6$/, readme: "packages/attention/README.md" },
  "encoderLayer.ts": {
    prints: /^2,7,32 selfAttn.qProj.weight,selfAttn.qProj.bias$/,
    readme: "packages/transformer/README.md",
  },
  "parameters.ts": {
    prints: /^5,3 norm.weight norm.bias classifier.weight classifier.bias$/,
    readme: "packages/nn/README.md",
  },
  "translate.ts": { prints: /gare/, readme: "README.md" },
};

test("every example is listed", () => {
  const files = readdirSync(join(ROOT, "examples")).filter((name) => name.endsWith(".ts"));
  expect(files.sort()).toEqual(Object.keys(EXAMPLES).sort());
});

test.each(Object.entries(EXAMPLES))("%s", async (name, { prints, readme }) => {
  const printed: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...args) => void printed.push(args.join(" ")));
  await import(join(ROOT, "examples", name));
  log.mockRestore();
  expect(printed.join("\n")).toMatch(prints);
  const source = readFileSync(join(ROOT, "examples", name), "utf8").trim();
  expect(readFileSync(join(ROOT, readme), "utf8")).toContain(`\`\`\`ts\n${source}\n\`\`\``);
});
