// Makes what the program's package and the pages ship of models/: node scripts/packModels.mjs FOLDER. Translators are rounded to
// 8 bits, which costs no score and halves the download; the rest is small. It needs the built program.
import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("packModels: expected the folder to write");

rmSync(folder, { recursive: true, force: true });
for (const name of readdirSync(join(root, "models"))) {
  const [from, to] = [join(root, "models", name), resolve(folder, name)];
  cpSync(from, to, { recursive: true });
  if (JSON.parse(readFileSync(join(from, "config.json"), "utf8")).model_type !== "marian") continue;
  const args = ["quantize", "--model", from, "--format", "q8_0", "--out", to, "--overwrite", "--json"];
  execFileSync(process.execPath, [join(root, "apps/cli/bin/qkv.js"), ...args], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}
