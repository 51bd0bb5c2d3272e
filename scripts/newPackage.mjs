#!/usr/bin/env node
// node scripts/newPackage.mjs NAME "What it does." : makes packages/NAME on the pattern of the others.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PATTERN = "packages/safetensors"; // the one without dependencies
const root = fileURLToPath(new URL("..", import.meta.url));
const [name = "", description = "Does one job."] = process.argv.slice(2);
const folder = join(root, "packages", name);

if (!/^[a-z][a-z0-9-]*$/.test(name)) fail(2, `expected a name like my-package, got ${JSON.stringify(name)}`);
if (existsSync(folder)) fail(1, `expected a name that is free, got packages/${name}, which is there`);

const manifest = JSON.parse(readFileSync(join(root, PATTERN, "package.json"), "utf8"));
const repository = { ...manifest.repository, directory: `packages/${name}` };
mkdirSync(join(folder, "src"), { recursive: true });
write(
  "package.json",
  `${JSON.stringify({ ...manifest, name: `@qkv/${name}`, description, keywords: [], repository }, undefined, 2)}\n`,
);
write("src/index.ts", 'export { greeting } from "./greeting.ts";\n');
write(
  "src/greeting.ts",
  `/** A first export, to be replaced. */\nexport function greeting(): string {\n  return "@qkv/${name}";\n}\n`,
);
write(
  "src/greeting.test.ts",
  `import { expect, test } from "vitest";\nimport { greeting } from "./greeting.ts";\n\ntest("says who it is", () => {\n  expect(greeting()).toBe("@qkv/${name}");\n});\n`,
);
const example = `import { greeting } from "@qkv/${name}";\n\nconsole.log(greeting());\n`;
const exampleFile = `examples/${name.replace(/-(.)/g, (_, letter) => letter.toUpperCase())}.ts`;
writeFileSync(join(root, exampleFile), example);
write(
  "README.md",
  `# @qkv/${name}\n\n${description}\n\n\`\`\`ts\n${example}\`\`\`\n\n| export | gives |\n| --- | --- |\n| \`greeting()\` | a first export, to be replaced |\n`,
);
process.stdout.write(`packages/${name} and ${exampleFile} are made. To do, then: pnpm install
- what it needs, and some keywords: packages/${name}/package.json
- rows: test/layers.test.ts, test/sizes.test.ts, test/examples.ts, the README's table of packages
- its name among the dependencies: examples/package.json
`);

function write(file, text) {
  writeFileSync(join(folder, file), text);
}

function fail(code, message) {
  process.stderr.write(`newPackage: ${message}\n`);
  process.exit(code);
}
