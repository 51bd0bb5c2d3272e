import { appConfig } from "../shell/vite/appConfig.ts";

export default appConfig({ models: ["en-fr"] });
