/** Fields that say how codes were found or how fast to compute with them, and not what they mean. */
export const CALIBRATION: readonly string[] = [
  ...[
    "sym",
    "damp_percent",
    "damp_auto_increment",
    "static_groups",
    "true_sequential",
    "act_group_aware",
    "hyb_act",
    "mse",
  ],
  ...["dataset", "tokenizer", "batch_size", "nsamples", "seqlen", "model_seqlen", "max_input_length", "pad_token_id"],
  ...[
    "block_name_to_quantize",
    "module_name_preceding_first_block",
    "modules_in_block_to_quantize",
    "cache_block_outputs",
  ],
  ...["model_name_or_path", "model_file_base_name", "meta", "lm_head", "backend", "use_cuda_fp16", "offload_to_disk"],
  ...["exllama_config", "use_exllama", "disable_exllama", "iters", "lr", "minmax_lr", "low_gpu_mem_usage", "quantizer"],
  ...["autoround_version", "enable_minmax_tuning", "enable_quanted_input", "to_quant_block_names", "amp"],
  ...[
    "enable_norm_bias_tuning",
    "gradient_accumulate_steps",
    "scale_dtype",
    "scale_search",
    "v2",
    "v2_alpha",
    "gptaq",
    "foem",
  ],
  ...["failsafe", "fallback", "offload_to_disk_path", "pack_impl", "vram_strategy", "v2_memory_device"],
];
