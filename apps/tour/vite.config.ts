import { appConfig } from "../shell/vite/appConfig.ts";
import { chapterTexts } from "./vite/chapterTexts.ts";

export default appConfig({ models: ["en-fr"], plugins: [chapterTexts()] });
