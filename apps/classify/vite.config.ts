import { appConfig } from "../shell/vite/appConfig.ts";

export default appConfig({ models: ["models/cifar10", "models/fashion-mnist"] });
