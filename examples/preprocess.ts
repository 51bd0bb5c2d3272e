import { parsePreprocessorConfig, preprocessImages } from "@qkv/vit";

const config = parsePreprocessorConfig({ image_processor_type: "DeiTImageProcessor" }); // preprocessor_config.json
const grey = { data: new Uint8Array(300 * 200).fill(128), width: 300, height: 200 };
const { data, shape } = preprocessImages([grey], config);
console.log(shape, data[0]); // [1, 3, 224, 224]
