import { appConfig } from "../shell/vite/appConfig.ts";

export default appConfig({ models: ["cifar10", "fashion-mnist"] });
