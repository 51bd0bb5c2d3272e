// Mixes the weights of two trainings of one model, of which the second began with the first: FIRST SECOND SHARE OUT.
// node scripts/mixModels.mjs runs/en-fr/model runs/en-fr-second/model 0.7 models/en-fr: 0.7 of the second. It needs the built packages.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseSafetensors, toFloat16, toFloat32, writeSafetensors } from "../packages/safetensors/dist/index.js";

const [first, second, given, out] = process.argv.slice(2);
const share = Number(given);
if (out === undefined || !(share >= 0 && share <= 1)) {
  throw new Error(
    `mixModels: expected FIRST SECOND SHARE OUT, a share from 0 to 1, got ${process.argv.slice(2).join(" ")}`,
  );
}

const FILE = "model.safetensors";
const [from, to] = [first, second].map((folder) => parseSafetensors(readFileSync(join(folder, FILE))).tensors);
const names = [...to.keys()];
if (from.size !== to.size || names.some((name) => `${from.get(name)?.shape}` !== `${to.get(name).shape}`)) {
  throw new Error(`mixModels: expected two folders with the same arrays, got ${first} and ${second}`);
}
const mixed = names.map((name) => {
  const [a, b] = [from, to].map((tensors) => toFloat32(tensors.get(name)));
  const values = b.map((value, i) => share * value + (1 - share) * a[i]);
  const halves = toFloat16(values);
  const bytes = new Uint8Array(halves.buffer, halves.byteOffset, halves.byteLength);
  return [name, { dtype: "F16", shape: to.get(name).shape, bytes }];
});
if (out !== second) cpSync(second, out, { recursive: true });
writeFileSync(join(out, FILE), writeSafetensors(new Map(mixed), { format: "pt" }));
