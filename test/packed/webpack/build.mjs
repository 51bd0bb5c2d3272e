import { fileURLToPath } from "node:url";
import webpack from "webpack";

const context = fileURLToPath(new URL(".", import.meta.url));
const compiler = webpack({ context, entry: "./index.js", mode: "production" });
compiler.run((error, stats) => {
  if (error || stats.hasErrors()) {
    process.stderr.write(`${error ?? stats.toString("errors-only")}\n`);
    process.exitCode = 1;
  }
});
