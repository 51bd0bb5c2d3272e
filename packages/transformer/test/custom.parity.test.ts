import { describeBackends } from "@qkv/testing";
import { customRule } from "./customRule.ts";
import { testGenerations } from "./generationGoldens.ts";

describeBackends("generate with a logits processor of one's own equals Python's", () => {
  testGenerations("custom_generations.json", { logitsProcessors: [customRule] });
});
