"""Settings of encoders of text drawn by chance, for random_folders.py."""

import torch
import transformers

BERT_LIKE = ["bert", "roberta", "xlm-roberta", "camembert", "mpnet", "electra", "albert"]
ENCODERS = [*BERT_LIKE, "distilbert", "deberta-v2", "modernbert"]
PREFIXES = {"bert": "Bert", "roberta": "Roberta", "xlm-roberta": "XLMRoberta", "camembert": "Camembert", "mpnet": "MPNet",
            "electra": "Electra", "albert": "Albert", "distilbert": "DistilBert",
            "deberta-v2": "DebertaV2", "modernbert": "ModernBert"}
ACTIVATIONS = ["silu", "gelu", "gelu_new", "relu", "gelu_pytorch_tanh", "quick_gelu", "tanh"]
HEADS = ["Model", "ForMaskedLM", "ForSequenceClassification", "ForTokenClassification", "ForQuestionAnswering"]
LONGEST = 30


def encoder_config(rng, family):
    heads = rng.choice([1, 2, 3, 4])
    width = heads * rng.choice([2, 4, 5])
    common = dict(vocab_size=rng.randint(20, 40), initializer_range=rng.choice([0.02, 0.5]), num_labels=2,
                  tie_word_embeddings=rng.random() < 0.7)
    if family == "distilbert":
        return common | dict(
            dim=width, n_heads=heads, n_layers=rng.randint(1, 3), hidden_dim=rng.randint(3, 20),
            activation=rng.choice(ACTIVATIONS), max_position_embeddings=LONGEST, sinusoidal_pos_embds=rng.random() < 0.4,
            pad_token_id=rng.choice([0, 3]))
    if family == "modernbert":
        width = heads * rng.choice([2, 4, 6])
        fields = common | dict(
            hidden_size=width, num_attention_heads=heads, num_hidden_layers=rng.randint(1, 4), pad_token_id=1,
            intermediate_size=rng.randint(3, 20), hidden_activation=rng.choice(ACTIVATIONS), norm_eps=rng.choice([1e-5, 1e-3]),
            classifier_activation=rng.choice(ACTIVATIONS), classifier_pooling=rng.choice(["cls", "mean"]),
            local_attention=rng.choice([13, 16, 24, 128]), max_position_embeddings=rng.choice([8, LONGEST]),
            attention_dropout=rng.choice([0.0, 0.1]), cls_token_id=2, sep_token_id=3, bos_token_id=2, eos_token_id=3)
        for name in ("norm_bias", "attention_bias", "mlp_bias", "classifier_bias", "decoder_bias"):
            if rng.random() < 0.5:
                fields[name] = rng.random() < 0.5
        if rng.random() < 0.4:
            fields["global_attn_every_n_layers"] = rng.choice([1, 2, 3])
        elif rng.random() < 0.5:
            kinds = ["full_attention", "sliding_attention"]
            fields["layer_types"] = [rng.choice(kinds) for _ in range(fields["num_hidden_layers"])]
        if rng.random() < 0.4:
            fields |= dict(global_rope_theta=rng.choice([100.0, 5000.0]), local_rope_theta=rng.choice([10.0, 1000.0]))
        elif rng.random() < 0.5:
            fields["rope_parameters"] = {"full_attention": {"rope_type": "linear", "factor": 2.0, "rope_theta": 500.0},
                                         "sliding_attention": {"rope_type": "default", "rope_theta": 50.0}}
        return fields
    fields = common | dict(
        hidden_size=width, num_attention_heads=heads, num_hidden_layers=rng.randint(1, 4),
        intermediate_size=rng.randint(3, 20), hidden_act=rng.choice(ACTIVATIONS), layer_norm_eps=rng.choice([1e-12, 1e-5, 1e-3]),
        max_position_embeddings=LONGEST, type_vocab_size=rng.choice([1, 2, 3]))
    if family in ("roberta", "xlm-roberta", "camembert"):
        fields["pad_token_id"] = rng.choice([0, 1, 1, 4])
    if family in ("electra", "albert"):
        fields["embedding_size"] = rng.choice([width, 6, 3])
    if family == "albert":
        fields |= dict(num_hidden_groups=rng.randint(1, fields["num_hidden_layers"]), inner_group_num=rng.choice([1, 1, 2]))
    if family == "mpnet":
        fields["relative_attention_num_buckets"] = rng.choice([32, 32, 40])
    if family == "deberta-v2":
        fields |= dict(
            type_vocab_size=rng.choice([0, 0, 2]), relative_attention=rng.random() < 0.85, position_biased_input=rng.random() < 0.5,
            max_relative_positions=rng.choice([-1, 12, 30]), share_att_key=rng.random() < 0.5,
            norm_rel_ebd=rng.choice(["none", "layer_norm"]), pooler_hidden_act=rng.choice(["gelu", "tanh"]),
            pos_att_type=rng.choice([["p2c", "c2p"], ["c2p"], ["p2c"], "c2p|p2c", [], None]))
        if rng.random() < 0.6:
            fields["position_buckets"] = rng.choice([-1, 2, 4, 5, 8])
    return fields


def encoder(rng, family):
    """A model of any class, with eager attention, and its class."""
    prefix = PREFIXES[family]
    fields = encoder_config(rng, family)
    head = rng.choice(HEADS + (["ForPreTraining"] if family == "electra" else []))
    if head in ("ForSequenceClassification", "ForTokenClassification"):
        fields["num_labels"] = rng.choice([1, 2, 5])
    config = getattr(transformers, f"{prefix}Config")(**fields)
    kind = getattr(transformers, prefix + head)
    return kind._from_config(config, attn_implementation="eager"), kind


def encoder_inputs(rng, model):
    """A batch, padded on any side with the token that has no position."""
    config = model.config
    batch, length = rng.randint(1, 3), rng.choice([1, 2, 5, rng.randint(3, 20)])
    pad = 1 if config.model_type == "mpnet" else config.pad_token_id
    ids = torch.tensor([[rng.randrange(5, config.vocab_size) for _ in range(length)] for _ in range(batch)])
    keep = torch.ones_like(ids)
    side = rng.choice(["none", "left", "right", "both"])
    for row in range(batch):
        most = length - 1 if config.model_type != "modernbert" else min(length - 1, 5)  # windows reach as far
        before = rng.randint(0, most) if side in ("left", "both") else 0
        after = rng.randint(0, most - before) if side in ("right", "both") else 0
        keep[row, :before] = 0
        keep[row, length - after:] = 0
    ids[keep == 0] = pad
    inputs = {"input_ids": ids}
    if rng.random() < 0.8:
        inputs["attention_mask"] = keep
    if getattr(config, "type_vocab_size", 0) > 0 and config.model_type != "mpnet" and rng.random() < 0.6:
        inputs["token_type_ids"] = torch.randint(0, config.type_vocab_size, ids.shape)
    return inputs
