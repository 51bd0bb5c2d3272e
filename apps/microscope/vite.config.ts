import { appConfig } from "../shell/vite/appConfig.ts";
import { codeLines } from "./vite/codeLines.ts";

export default appConfig({ models: ["en-fr"], plugins: [codeLines()] });
