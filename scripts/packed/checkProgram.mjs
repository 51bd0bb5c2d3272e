import { join } from "node:path";
import { failuresOf } from "./checks.mjs";
import { installAlone, missingFiles, ROOT } from "./tarballs.mjs";

/** What is wrong with a program that is installed alone: it has its models with it, and nothing of this project around. */
export async function checkProgram(item, folder, tools) {
  await installAlone(item, folder);
  const qkv = join(folder, "node_modules", ".bin", "qkv");
  const image = join(ROOT, "packages/vit/test/images/rgb.jpg");
  const checks = [
    ["tells its version", qkv, ["--version"], { stdout: new RegExp(`^${item.manifest.version}\n$`) }],
    ["translates", qkv, ["translate", "Where is the train station?"], { stdout: /^Où est la gare\s\?\n$/ }],
    ["classifies", qkv, ["classify", "--top", "1", "--json", image], { stdout: /^\{"image":.*"label":.*\}\n$/ }],
    ["pleases publint", tools.publint, ["--strict", item.tarball]],
  ];
  return [...missingFiles(item, folder), ...(await failuresOf(checks, folder))];
}
