// runExamples.mjs FILE... : runs programs one after the other, and gives what each printed as a line of JSON.
import { pathToFileURL } from "node:url";

const printed = [];
console.log = (...values) => printed.push(values.join(" "));
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true; // of a text that comes piece by piece
for (const file of process.argv.slice(2)) {
  await import(pathToFileURL(file).href);
  write(`${JSON.stringify(printed.splice(0).join("\n"))}\n`);
}
