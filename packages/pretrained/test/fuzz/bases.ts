import { existsSync, readdirSync, readFileSync } from "node:fs";
import { parseSafetensors, writeSafetensors } from "@qkv/safetensors";
import type { Files } from "./hostileFolder.ts";

const GOLDENS = ["../../../transformer/test/golden/", "../../../vit/test/golden/"];

/** Every family's golden as a folder, with the image processor of the smallest classifier where images go in. */
export function bases(): Files[] {
  return GOLDENS.flatMap((folder) => {
    const here = new URL(folder, import.meta.url);
    return readdirSync(here)
      .filter((file) => file.endsWith(".json") && existsSync(new URL(file.replace("json", "safetensors"), here)))
      .map((file) => folderOf(new URL(file, here)));
  });
}

function folderOf(path: URL): Files {
  const json = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  const { tensors } = parseSafetensors(readFileSync(new URL(path.href.replace(".json", ".safetensors"))));
  const weights = [...tensors].filter(([name]) => name.startsWith("weights/"));
  const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const config = (json["config"] ?? json) as Record<string, unknown>;
  const isOfImages = config["image_size"] !== undefined;
  const processor = { image_processor_type: "ViTImageProcessor", size: { height: 12, width: 12 } };
  return new Map([
    ["config.json", encode(config)],
    ["model.safetensors", writeSafetensors(new Map(weights.map(([name, tensor]) => [name.slice(8), tensor])))],
    isOfImages
      ? ["preprocessor_config.json", encode(processor)]
      : ["generation_config.json", encode({ eos_token_id: config["eos_token_id"] ?? 0, max_length: 20 })],
  ]);
}
