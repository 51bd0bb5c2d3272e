// runExamples.mjs FILE... : runs programs one after the other, and gives what each printed as a line of JSON.
import { pathToFileURL } from "node:url";

const printed = [];
console.log = (...values) => printed.push(values.join(" "));
for (const file of process.argv.slice(2)) {
  await import(pathToFileURL(file).href);
  process.stdout.write(`${JSON.stringify(printed.splice(0).join("\n"))}\n`);
}
