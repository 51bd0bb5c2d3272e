// Fetches a file of a model and says how many bytes it has: a process of its own for the tests of a shared cache.
import { modelFiles } from "@qkv/pretrained/node";

const [ref = "", file = ""] = process.argv.slice(2);
const bytes = await modelFiles(ref).read(file);
process.stdout.write(String(bytes?.length));
