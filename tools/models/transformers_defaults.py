#!/usr/bin/env python3
"""Write what transformers takes for the keys that a config.json leaves out, by model type, as JSON.

Run it with a Python that has transformers (neither weights nor a GPU are needed):

    python tools/models/transformers_defaults.py --out components/facts/models/transformersDefaults.json

Shape: {"transformers": version, "defaults": {model type: {key: number, boolean or text}}}, sorted. Keys whose default is None, or is
worked out of other keys, are left out.
"""

import argparse
import json

import transformers
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

# The model types that components/fit/configJson/families reads, as far as transformers has them.
TYPES = """
arcee bert cohere cohere2 deepseek_v2 deepseek_v3 deepseek_v32 ernie4_5 ernie4_5_moe exaone4 falcon_h1 gemma gemma2 gemma3_text
gemma3n_text gemma4_text glm glm4 glm4_moe glm4_moe_lite glm_moe_dsa gpt_oss granite granitemoe granitemoehybrid granitemoeshared
hunyuan_v1_dense hunyuan_v1_moe jamba kimi_linear lfm2 lfm2_moe llama llama4_text mimo_v2_flash minimax minimax_m2 ministral
ministral3 mistral mixtral modernbert nemotron nemotron_h nomic_bert olmo2 olmo3 phi3 phimoe qwen2 qwen2_5_vl_text qwen2_moe
qwen2_vl_text qwen3 qwen3_5_moe_text qwen3_5_text qwen3_moe qwen3_next qwen3_vl_moe_text qwen3_vl_text roberta seed_oss smollm3
xlm-roberta
""".split()

# Keys that say nothing of the shape: tokens, dropout, rope, training, generation.
IGNORED_ENDINGS = ("_token_id", "_token_index", "dropout", "_dropout", "_range", "_eps", "_epsilon", "_coef", "_theta", "_act",
                   "_activation", "_multiplier", "_scaling", "_softcapping", "_factor", "_norm_topk_prob", "_scalar", "_max", "_min",
                   "_floor")
IGNORED = {"model_type", "use_cache", "base_config_key", "transformers_version", "problem_type", "output_attentions",
           "output_hidden_states", "return_dict", "chunk_size_feed_forward", "is_encoder_decoder", "has_no_defaults_at_init",
           "output_router_logits", "norm_topk_prob", "add_cross_attention", "is_decoder", "classifier_activation"}


def shape_defaults(config_class):
    """Class attributes of a config that are numbers, booleans or texts."""
    found = {}
    for name in dir(config_class):
        value = getattr(config_class, name, None)
        if name.startswith("_") or name in IGNORED or name.endswith(IGNORED_ENDINGS):
            continue
        if isinstance(value, (bool, int, float, str)):
            found[name] = value
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, help="where to write")
    arguments = parser.parse_args()
    defaults = {name: shape_defaults(CONFIG_MAPPING[name]) for name in TYPES}
    with open(arguments.out, "w", encoding="utf-8") as file:
        json.dump({"transformers": transformers.__version__, "defaults": defaults}, file, indent=1, sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main()
