import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { initBackend } from "@qkv/backend";
import { createTranslator, loadPretrained } from "@qkv/pretrained";
import { folderCache, listCachedModels, modelFiles } from "@qkv/pretrained/node";
import { marian } from "@qkv/transformer";

await initBackend();

/** The first sentence of a model's folder, wherever that is, by what is fetched into the folder `cache`. */
async function translation(ref: string): Promise<string> {
  const files = modelFiles(ref, {
    cache: folderCache("cache", (reason) => console.warn(`not kept: ${reason}`)),
    onProgress: ({ file, loaded, total }) => loaded === total && console.log(`fetched ${file}`),
  });
  const pretrained = await loadPretrained(files, { families: [marian] });
  const { translation } = await createTranslator(pretrained).translate("I love you.");
  pretrained.model.dispose();
  return translation;
}

// Any web server that gives the files of a model's folder is a mirror of it.
const mirror = createServer(async ({ url = "" }, response) => {
  const { pathname } = new URL(url, "http://localhost");
  const bytes = await readFile(`.${pathname}`).catch(() => undefined);
  if (bytes === undefined) return response.writeHead(404).end();
  const ETag = `"${createHash("sha256").update(bytes).digest("hex")}"`; // the same for the same bytes
  return response.writeHead(200, { ETag, "Content-Length": bytes.length }).end(bytes);
});
await once(mirror.listen(0, "127.0.0.1"), "listening");
const address = `http://127.0.0.1:${(mirror.address() as AddressInfo).port}/models/en-fr`;

console.log(await translation(address));

mirror.close();
mirror.closeAllConnections();
console.log(await translation(address)); // from what is kept: nobody answers any more
console.log((await listCachedModels("cache")).map(({ files }) => `${files} files kept`).join());

console.log(await translation("models/en-fr")); // a folder on this machine asks nobody
