"""Settings of T5, Whisper, wav2vec 2.0 and HuBERT drawn by chance, for random_folders.py."""

import torch
import transformers

T5 = ["t5", "mt5"]
CTC = ["wav2vec2", "hubert"]
SPEECH = ["whisper", *CTC]
ACTIVATIONS = ["silu", "gelu", "gelu_new", "relu"]


def t5(rng, family):
    feed = rng.choice(["relu", "gated-gelu", "gated-silu", "gelu"])
    fields = dict(vocab_size=rng.randint(20, 40), d_model=rng.randint(3, 16), d_kv=rng.randint(2, 6), num_heads=rng.randint(1, 4),
                  d_ff=rng.randint(3, 20), num_layers=rng.randint(1, 3), num_decoder_layers=rng.choice([None, 1, 2, 3]),
                  relative_attention_num_buckets=rng.choice([4, 7, 8, 32]), relative_attention_max_distance=rng.choice([17, 20, 128]),
                  layer_norm_epsilon=rng.choice([1e-6, 1e-3]), feed_forward_proj=feed, tie_word_embeddings=rng.random() < 0.6,
                  decoder_start_token_id=0, pad_token_id=0, eos_token_id=1)
    name = {"t5": "T5", "mt5": "MT5"}[family]
    cls = getattr(transformers, f"{name}ForConditionalGeneration")
    model = cls(getattr(transformers, f"{name}Config")(**fields))
    if not fields["tie_word_embeddings"]:  # releases since 5 tie them however the config is, and untie them by the file
        model.lm_head.weight = torch.nn.Parameter(torch.zeros(fields["vocab_size"], fields["d_model"]))
    return model, transformers.AutoModelForSeq2SeqLM


def whisper(rng):
    heads = rng.choice([1, 2, 3])
    fields = dict(vocab_size=rng.randint(20, 40), num_mel_bins=rng.randint(2, 9), d_model=heads * 2 * rng.choice([2, 3]), encoder_attention_heads=heads,
                  decoder_attention_heads=rng.choice([1, 2]), encoder_ffn_dim=rng.randint(3, 20), decoder_ffn_dim=rng.randint(3, 20),
                  encoder_layers=rng.randint(1, 3), decoder_layers=rng.randint(1, 3), max_source_positions=rng.randint(3, 12),
                  max_target_positions=rng.randint(9, 16), pad_token_id=1, bos_token_id=1, eos_token_id=1, decoder_start_token_id=2,
                  activation_function=rng.choice(ACTIVATIONS), scale_embedding=rng.random() < 0.4, begin_suppress_tokens=None)
    return transformers.WhisperForConditionalGeneration(transformers.WhisperConfig(**fields)), transformers.AutoModelForSpeechSeq2Seq


def ctc(rng, family):
    heads, groups = rng.choice([1, 2, 3]), rng.choice([1, 2])
    convolutions = rng.randint(1, 3)
    fields = dict(vocab_size=rng.randint(5, 20), hidden_size=heads * groups * rng.choice([2, 3]), num_attention_heads=heads, intermediate_size=rng.randint(3, 20),
                  num_hidden_layers=rng.randint(1, 3), num_conv_pos_embedding_groups=groups, num_conv_pos_embeddings=rng.randint(2, 7),
                  conv_dim=[rng.randint(3, 7) for _ in range(convolutions)], conv_kernel=[rng.randint(2, 6) for _ in range(convolutions)],
                  conv_stride=[rng.randint(1, 3) for _ in range(convolutions)], conv_bias=rng.random() < 0.5, layer_norm_eps=rng.choice([1e-5, 1e-3]),
                  feat_extract_norm=rng.choice(["group", "layer"]), do_stable_layer_norm=rng.random() < 0.5, hidden_act=rng.choice(ACTIVATIONS),
                  feat_extract_activation=rng.choice(ACTIVATIONS), pad_token_id=0, bos_token_id=1, eos_token_id=2)
    if family == "hubert" and rng.random() < 0.3:
        fields["feat_proj_layer_norm"] = False
    name = {"wav2vec2": "Wav2Vec2", "hubert": "Hubert"}[family]
    return getattr(transformers, f"{name}ForCTC")(getattr(transformers, f"{name}Config")(**fields)), transformers.AutoModelForCTC


def speech(rng, family):
    return whisper(rng) if family == "whisper" else ctc(rng, family)


def speech_inputs(rng, model):
    config, batch = model.config, rng.randint(1, 3)
    if config.model_type == "whisper":
        ids = [[2] + [rng.randrange(3, config.vocab_size) for _ in range(rng.choice([0, 3]))]] * batch
        return {"input_features": torch.randn(batch, config.num_mel_bins, 2 * config.max_source_positions), "decoder_input_ids": torch.tensor(ids)}
    samples = torch.randn(batch, rng.randint(80, 300))
    inputs = {"input_values": samples}
    if rng.random() < 0.6:
        keep = torch.ones(samples.shape, dtype=torch.int64)
        for row in range(batch):
            keep[row, samples.shape[1] - rng.randint(0, 40):] = 0
        inputs |= {"attention_mask": keep, "input_values": samples * keep}
    return inputs
