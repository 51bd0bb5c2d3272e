import type { Json } from "../json/configValue.ts";

/** The class that uses a tokenizer.json unchanged. */
export const BACKEND = "TokenizersBackend";

/** Model types by the class of their tokenizers, for the classes of {@link classPipelines}, Marian's and SigLIP's. */
const MODEL_TYPES: Readonly<Record<string, string>> = {
  AlbertTokenizer: "albert yoso",
  BertTokenizer:
    "align bark bert blip bros chinese_clip convbert distilbert electra ernie flava git grounding-dino layoutlm lxmert " +
    "megatron-bert mm-grounding-dino mobilebert nezha nomic_bert qdqbert realm retribert squeezebert tvp vilt visual_bert",
  CLIPTokenizer: "aimv2 clip clipseg groupvit omdet-turbo oneformer owlv2 owlvit sam3 sam3_video xclip",
  CamembertTokenizer: "camembert",
  CohereTokenizer: "cohere cohere2",
  DebertaV2Tokenizer: "deberta-v2",
  GemmaTokenizer:
    "diffusion_gemma gemma gemma2 gemma3 gemma3_text gemma3n gemma3n_text recurrent_gemma shieldgemma2 t5gemma zaya",
  GPT2Tokenizer:
    "blip-2 codegen dbrx emu3 gpt2 gpt_neo gptj hyperclovax_vision_v2 instructblip instructblipvideo jais2 opt phi starcoder2",
  GPTNeoXTokenizer: "falcon_mamba gpt_neox mamba mamba2 mpt olmo olmoe rwkv xlstm",
  LlamaTokenizer: "idefics idefics2",
  M2M100Tokenizer: "m2m_100",
  MBartTokenizer: "mbart",
  MBart50Tokenizer: "mbart50",
  MPNetTokenizer: "mpnet",
  MarianTokenizer: "marian",
  NllbTokenizer: "nllb-moe",
  PegasusTokenizer: "pegasus",
  Qwen2Tokenizer:
    "audioflamingo3 colqwen2 cosmos3_omni dots3_note fun_asr_nano hunyuan_vl internvl moss_transcribe_diarize ovis2 " +
    "qianfan_ocr qwen2 qwen2_5_omni qwen2_5_vl qwen2_audio qwen2_moe qwen2_vl qwen3 qwen3_asr qwen3_moe qwen3_next " +
    "qwen3_omni_moe qwen3_vl qwen3_vl_moe",
  RobertaTokenizer:
    "bart clap data2vec-text florence2 ibert led lilt longformer mega mra mvp roberta roberta-prelayernorm",
  SiglipTokenizer: "siglip",
  Siglip2Tokenizer: "siglip2",
  T5Tokenizer: "mt5 musicgen musicgen_melody switch_transformers t5",
  WhisperTokenizer: "whisper",
  XLMRobertaTokenizer: "gte jina_embeddings_v3 metaclip_2 trocr xlm-roberta xmod",
  [BACKEND]:
    "EvollaModel arctic aria beam bigbird_pegasus canary chatlm cohere_asr ernie4_5 ernie4_5_moe flex_olmo fuyu glm glm4 " +
    "glm4_moe glm4_moe_lite glm4v glm4v_moe glm_image glmasr got_ocr2 gpt_bigcode granite granitemoe granitemoehybrid " +
    "granitemoeshared h2ovl_chat hyperclovax hyperclovax_vlm internlm2 internlm3 iquestcoder jamba kimi_k25 kimi_linear " +
    "kosmos-2 llava llava_next mimo_v2_flash minicpm3 minicpm_ocr minicpmv minicpmv4_6 minicpmv4_7 minimax_m2 ministral " +
    "ministral3 mistral mistral3 mistral_large4 mixtral modernbert modernbert-decoder molmo molmo2 nemo_speechlm nemotron " +
    "nvfp4 nystromformer olmo2 olmo3 olmo_hybrid opencua openvla paddleocr_vl pegasus_x persimmon phi3 phi3_v phimoe " +
    "pix2struct pixtral smolvlm stablelm step3_vl umt5 vipllava voxtral voxtral_realtime xlm-roberta-xl",
};

/** Other names of classes. */
const ALIASES: Readonly<Record<string, string>> = {
  BartTokenizer: "RobertaTokenizer",
  BloomTokenizer: BACKEND,
  CodeGenTokenizer: "GPT2Tokenizer",
  DistilBertTokenizer: "BertTokenizer",
  ElectraTokenizer: "BertTokenizer",
  LEDTokenizer: "RobertaTokenizer",
  LongformerTokenizer: "RobertaTokenizer",
  LxmertTokenizer: "BertTokenizer",
  MobileBertTokenizer: "BertTokenizer",
  MvpTokenizer: "RobertaTokenizer",
  ParakeetTokenizer: BACKEND,
  PreTrainedTokenizer: BACKEND,
  PythonBackend: BACKEND,
  SqueezeBertTokenizer: "BertTokenizer",
};

/** Classes of transformers with tokenizers of their own, unsupported here. */
const OTHERS = new Set(
  (
    "Barthez Bartpho BertGeneration BertJapanese Bertweet BigBird BioGpt Blenderbot BlenderbotSmall ByT5 CTRL " +
    "Canine Clvp CodeLlama ConvBert Cpm CpmAnt DPRContextEncoder DPRQuestionEncoder DPRReader Deberta Dia " +
    "Esm Esmc FNet FSMT FastSpeech2Conformer Flaubert Funnel GPTNeoXJapanese GPTSw3 Herbert Lasr LayoutLMv2 LayoutLMv3 " +
    "LayoutXLM Luke M2M100 MLuke MarkupLM Mgpstr MyT5 Nougat OpenAIGPT PLBart Perceiver " +
    "Phobert ProphetNet Qwen3_5 Rag Reformer RemBert RoCBert RoFormer SeamlessM4T Speech2Text SpeechT5 " +
    "Splinter Tapas Tipsv2 Udop VideoPrism Vits Wav2Vec2CTC Wav2Vec2PhonemeCTC XGLM XLM XLNet"
  )
    .split(" ")
    .map((name) => `${name}Tokenizer`),
);

/** Model types whose `tokenizer_class` on the hub is wrong: the class of the model type takes precedence. */
const OVERRIDES = new Set(["qwen2", ...(MODEL_TYPES[BACKEND] ?? "").split(" ")]);

/** The files that decide a class. */
export interface ClassFiles {
  /** `tokenizer_config.json`. */
  readonly config: Json;
  /** `config.json`. */
  readonly model: Json;
  /** Whether the tokenizer.json has a part called ByteLevel. */
  readonly isByteLevel: boolean;
}

/** The class that transformers' AutoTokenizer chooses, without `Fast`; undefined if no file names one. */
export function tokenizerClassOf({ config, model, isByteLevel }: ClassFiles): string | undefined {
  const type = model.at("model_type").stringOr("");
  const own = withoutFast(config.at("tokenizer_class").stringOr(""));
  const named = own || withoutFast(model.at("tokenizer_class").stringOr(""));
  const registered = classOfModelType(type);
  if (named === "") return registered;
  if (hasOwnCode(config)) return canonical(own || named);
  const isLlama = named === "LlamaTokenizer" && !OVERRIDES.has(type);
  if (isLlama && isByteLevel) return BACKEND; // a Llama tokenizer of version 3, which the class was not made for
  if (registered === undefined || registered === named) return canonical(named);
  if (registered === BACKEND) return BACKEND;
  return OVERRIDES.has(type) ? registered : canonical(named);
}

/** Whether a folder has its own Python code for its tokenizer. */
export function hasOwnCode(config: Json): boolean {
  const map = config.at("auto_map");
  return !map.isAbsent && (map.isArray() || !map.at("AutoTokenizer").isAbsent);
}

/** Whether this is a class of transformers that this package lacks. */
export function isOtherClass(name: string): boolean {
  return OTHERS.has(name);
}

function classOfModelType(type: string): string | undefined {
  return Object.keys(MODEL_TYPES).find((name) => MODEL_TYPES[name]?.split(" ").includes(type));
}

function withoutFast(name: string): string {
  return name.replace(/Fast$/, "");
}

/** The canonical name of a class; one that transformers lacks is the backend's. */
function canonical(name: string): string {
  if (Object.hasOwn(ALIASES, name)) return ALIASES[name] ?? BACKEND;
  return Object.hasOwn(MODEL_TYPES, name) || OTHERS.has(name) ? name : BACKEND;
}
