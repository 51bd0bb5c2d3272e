import { initBackend } from "@qkv/backend";
import { Recorder } from "@qkv/nn";
import { loadPretrained } from "@qkv/pretrained";
import { modelFolder, savePretrained } from "@qkv/pretrained/node";
import { generate, marian, parseGenerationOptions } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";

await initBackend();

// AutoModelForSeq2SeqLM.from_pretrained, AutoTokenizer.from_pretrained
const source = modelFolder("models/en-fr");
const pretrained = await loadPretrained(source, { families: [marian], dtype: "float32" });
const { model, tokenizer, config } = pretrained;
if (tokenizer === undefined) throw new Error("expected a tokenizer");
console.log(config.dModel, config.vocabSize);

// model.generate(input_ids, num_beams=4, no_repeat_ngram_size=3, max_new_tokens=20)
const { ids } = tokenizer.encode("Where is the train station?");
const options = parseGenerationOptions({ num_beams: 4, no_repeat_ngram_size: 3, max_new_tokens: 20 });
const [[best] = []] = await generate(model, [ids], options);
console.log(tokenizer.decode(best?.ids ?? [], { skipSpecialTokens: true }));

// model(input_ids=..., decoder_input_ids=..., output_attentions=True)
const inputs = {
  ids: tf.tensor2d([[...ids]], undefined, "int32"),
  decoderIds: tf.tensor2d([[model.generation.decoderStartTokenId]], undefined, "int32"),
};
const seen = new Recorder(["decoder.layers.*.crossAttn.probabilities"]);
const { logits } = model.forward(inputs, { taps: seen });
const cross = seen.get("decoder.layers.0.crossAttn.probabilities");
console.log(logits.shape, cross.shape); // [B, T, V], [B, H, T, S]
tf.dispose([inputs.ids, inputs.decoderIds, logits]);
seen.dispose();

// model.state_dict(), by the names that fields have here
const [[name, weight] = []] = [...model.params.named()];
console.log(name, weight?.shape);

// with torch.no_grad(): a parameter is changed in place
const halved = tf.tidy(() => tf.mul(weight ?? 0, 0.5));
weight?.assign(halved);
halved.dispose();

// model.save_pretrained, tokenizer.save_pretrained
await savePretrained("runs/changed", { ...pretrained, dtype: "F16" });
model.dispose();
const again = await loadPretrained(modelFolder("runs/changed"));
console.log(again.architecture, [...again.dtypes.keys()].join());
again.model.dispose();
