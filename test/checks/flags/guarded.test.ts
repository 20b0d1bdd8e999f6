import assert from "node:assert/strict";

import fc from "fast-check";

import { serveArguments } from "../../../components/derive/arguments.js";
import { CREDENTIAL_FORMS } from "../../../components/facts/guarded/credentials.js";
import { contract, DIGEST, R1, releaseProblems, REVISION } from "../../contract/fixtures.js";

const reasoned = (value: unknown, reason = "x") => ({ value, reason });
/** Errors of one flag, without the release's path. */
const flagErrors = (name: string, value: unknown, changes = {}): string[] =>
  errors({ [`flags/${name}`]: reasoned(value), ...changes });
const envErrors = (name: string, value: string): string[] => errors({ [`env/${name}`]: reasoned(value) });

function errors(changes: Record<string, unknown>): string[] {
  return releaseProblems(changes).flatMap((line) =>
    line.startsWith("error ") ? [line.slice(`error ${R1}.`.length)] : [],
  );
}

describe("JSON as Python reads it", () => {
  it("hides nothing behind NaN and the infinities, at which JSON.parse gives up", () => {
    const overrides = flagErrors("hf-overrides", '{"auto_map": {"A": "evil/r--m.C"}, "x": -Infinity}');
    assert.ok(overrides.some((line) => line.startsWith("flags.hf-overrides.value.auto_map: auto_map names Python")));
    const transfer = flagErrors("kv-transfer-config", '{"kv_connector_module_path": "acme", "x": NaN}');
    assert.ok(transfer.some((line) => line.startsWith("flags.kv-transfer-config: --kv-transfer-config ")));
    const quoted = flagErrors("hf-overrides", '{"rope_theta": "NaN", "b": "a \\" NaN"}');
    assert.deepEqual(quoted, []);
  });
});

describe("the name of a flag", () => {
  it("is one, also where no table says which there are", () => {
    for (const image of [undefined, `vllm/vllm-openai:v0.31.0@${DIGEST}`]) {
      for (const name of ["root-path=/v1", "api-key=foo", "trust-remote-code=x y", "foo\n::error::x", "A", "a--b"]) {
        const found = errors({ [`flags`]: { [name]: reasoned(true) }, ...(image !== undefined && { image }) });
        assert.equal(found.length, 1, `${name}: ${found.join("; ")}`);
        assert.match(found[0]!, /is not a flag's name: use lower-case letters, digits and dashes, first a letter$/);
      }
    }
  });
});

describe("settings that open, redirect or extend the engine", () => {
  const refused: Array<[flag: string, value: unknown]> = [
    ["middleware", ["acme.auth.Middleware"]],
    ["tool-parser-plugin", "/tmp/parser.py"],
    ["reasoning-parser-plugin", "/tmp/parser.py"],
    ["logits-processors", ["acme:Processor"]],
    ["worker-cls", "acme.Worker"],
    ["worker-extension-cls", "acme.Extension"],
    ["scheduler-cls", "acme.Scheduler"],
    ["model-class-overrides", { LlamaForCausalLM: "acme:Llama" }],
    ["distributed-executor-backend", "acme.Executor"],
    ["distributed-executor-backend", "ray"],
    ["log-config-file", "/tmp/logging.json"],
    ["load-format", "tensorizer"],
    ["kv-transfer-config", { kv_connector: "NixlConnector" }],
    ["kv-transfer-config", '{"kv_connector_module_path": "acme"}'],
    ["kv-events-config", { publisher: "zmq" }],
    ["kv-offloading-backend", "lmcache"],
    ["weight-transfer-config", { backend: "nccl" }],
    ["profiler-config", { profiler: "torch" }],
    ["tool-server", "demo"],
    ["root-path", "/"],
    ["allowed-local-media-path", "/"],
    ["trust-request-chat-template", true],
    ["enable-log-requests", true],
    ["enable-tokenizer-info-endpoint", true],
    ["enable-scale-out", true],
    ["allowed-origins", ["https://chat.example.org", "*"]],
    ["allowed-origins", '["*"]'],
    ["allow-credentials", true],
  ];
  for (const [flag, value] of refused) {
    it(`refuses ${flag} ${JSON.stringify(value)} once, with what to do instead`, () => {
      const found = flagErrors(flag, value);
      assert.equal(found.length, 1);
      assert.match(found[0]!, new RegExp(`^flags\\.${flag}: --${flag} \\S.+: \\S.+`));
    });
  }

  const harmless: Array<[flag: string, value: unknown]> = [
    ["trust-request-chat-template", false],
    ["enable-log-requests", false],
    ["allowed-origins", ["https://chat.example.org"]],
    ["distributed-executor-backend", "mp"],
    ["load-format", "runai_streamer"],
    ["worker-cls", "auto"],
    ["kv-offloading-backend", "native"],
    ["model-class-overrides", {}],
    ["generation-config", "vllm"],
    ["compilation-config", { mode: 3, backend: "inductor", pass_config: { eliminate_noops: true } }],
    ["otlp-traces-endpoint", "https://traces.example.org:4317"],
    ["chat-template", "{% for message in messages %}{{ message.content }}{% endfor %}"],
    ["hf-overrides", { rope_scaling: { factor: 2 } }],
  ];
  for (const [flag, value] of harmless) {
    it(`takes ${flag} ${JSON.stringify(value)}`, () => assert.deepEqual(flagErrors(flag, value), []));
  }

  const keys: Array<[flag: string, value: unknown, at: string]> = [
    ["compilation-config", { backend: "acme.compile" }, "backend"],
    ["compilation-config", '{"inductor_passes": {"a": "acme.run"}}', "inductor_passes"],
    ["compilation-config", { "inductor-passes": { a: "acme.run" } }, "inductor-passes"],
    ["structured-outputs-config", { reasoning_parser_plugin: "/tmp/p.py" }, "reasoning_parser_plugin"],
    ["ec-manager-config", { encoder_cache_manager_cls: "acme.Manager" }, "encoder_cache_manager_cls"],
    ["hf-overrides", { text_config: { auto_map: { AutoConfig: "acme--x.X" } } }, "text_config.auto_map"],
    ["model-loader-extra-config", { tensorizer_config: { tensorizer_uri: "s3://x" } }, "tensorizer_config"],
  ];
  for (const [flag, value, at] of keys) {
    it(`refuses ${at} of ${JSON.stringify(value)}`, () => {
      const found = flagErrors(flag, value);
      assert.ok(
        found.some((line) => line.startsWith(`flags.${flag}.value.${at}: `)),
        found.join("\n"),
      );
    });
  }

  it("judges a flag that a version has not by that version's table, and a version without a table by name", () => {
    const on = (tag: string) => ({ image: `vllm/vllm-openai:${tag}@${DIGEST}` });
    const mm = "trust-request-mm-kwargs";
    assert.match(flagErrors(mm, true).join(), /^flags\.trust-request-mm-kwargs: vLLM 0\.30\.0 has no flag/);
    for (const tag of ["v0.32.0", "v0.99.0", "ours-1"]) {
      assert.match(flagErrors(mm, true, on(tag)).join(), /lets requests choose how much memory/, tag);
    }
  });

  it("knows a flag by its beginning, by a part of it and among another's values, also without a table", () => {
    const unknown = { image: `acme/vllm:ours-1@${DIGEST}` };
    assert.deepEqual(flagErrors("middlewar", ["a.B"], unknown), [
      'flags.middlewar: "middlewar" may be read as --middleware: write the whole name',
    ]);
    assert.deepEqual(flagErrors("max-model-l", 1, unknown), [
      'flags.max-model-l: "max-model-l" may be read as --max-model-len: write the whole name',
    ]);
    for (const image of [unknown, {}]) {
      assert.deepEqual(flagErrors("compilation-config.backend", "a.b", image), [
        'flags["compilation-config.backend"]: "compilation-config.backend" is a part of a flag: write it as an object, the value of "compilation-config"',
      ]);
      assert.deepEqual(flagErrors("ignore-patterns", ["*.bin", "--middleware=a.B"], image), [
        'flags.ignore-patterns.value: "--middleware=a.B" would be read as another flag: leave it out',
      ]);
    }
  });

  const variables: Array<[name: string, value: string]> = [
    ["VLLM_SERVER_DEV_MODE", "1"],
    ["vllm_server_dev_mode", "true"],
    ["VLLM_ALLOW_RUNTIME_LORA_UPDATING", "1"],
    ["VLLM_ALLOW_INSECURE_SERIALIZATION", "1"],
    ["VLLM_PLUGINS", "lora_hf_hub_resolver"],
    ["VLLM_LOGGING_STREAM", "ext://acme.stream"],
    ["HF_ENDPOINT", "https://mirror.example.org"],
    ["HF_HUB_CACHE", "/tmp"],
    ["VLLM_USE_MODELSCOPE", "true"],
    ["AWS_ENDPOINT_URL_S3", "https://s3.example.org"],
    ["LD_PRELOAD", "/tmp/x.so"],
    ["LD_AUDIT", "/tmp/x.so"],
    ["PYTHONPATH", "/tmp"],
    ["PYTHONWARNINGS", "ignore::acme.Warning"],
    ["BASH_ENV", "/tmp/x"],
    ["CUDA_INJECTION64_PATH", "/tmp/x.so"],
    ["NCCL_NET_PLUGIN", "/tmp/x.so"],
    ["OPENSSL_CONF", "/tmp/x"],
    ["TRITON_PTXAS_PATH", "/tmp/x"],
    ["TORCHINDUCTOR_FX_GRAPH_REMOTE_CACHE", "1"],
    ["SSLKEYLOGFILE", "/tmp/keys"],
    ["CURL_CA_BUNDLE", ""],
    ["https_proxy", "user:letmein@proxy:3128"],
  ];
  for (const [name, value] of variables) {
    it(`refuses ${name}=${value} once, with what to do instead`, () => {
      const found = envErrors(name, value);
      assert.equal(found.length, 1);
      assert.match(found[0]!, new RegExp(`^env\\.${name}: ${name} \\S.+: \\S.+`));
      assert.ok(value === "" || !found[0]!.includes("letmein"));
    });
  }

  const taken: Array<[name: string, value: string]> = [
    ["VLLM_SERVER_DEV_MODE", "0"],
    ["VLLM_PLUGINS", ""],
    ["HTTPS_PROXY", "http://proxy.example.org:3128"],
    ["no_proxy", "10.0.0.0/8,.svc"],
    ["SSL_CERT_FILE", "/etc/ssl/company.pem"],
    ["PYTHONWARNINGS", "ignore"],
    ["VLLM_LOGGING_LEVEL", "DEBUG"],
    ["HF_HUB_DOWNLOAD_TIMEOUT", "60"],
  ];
  for (const [name, value] of taken) {
    it(`takes ${name}=${value}`, () => assert.deepEqual(envErrors(name, value), []));
  }
});

describe("sources of weights besides the model", () => {
  const DRAFT = "AngelSlim/Qwen3-8B_eagle3";
  const MISSING = `is missing: "${DRAFT}" is a repository of its own, so give its commit, 40 lower-case hex digits`;
  const at = "flags.speculative-config.value";

  it("refuses a draft without its commit, as an object and as text, and takes it with one", () => {
    for (const config of [{ model: DRAFT }, { model: DRAFT, method: "eagle3" }, { model: DRAFT, revision: null }]) {
      assert.deepEqual(flagErrors("speculative-config", config), [`${at}.revision: ${MISSING}`]);
      assert.deepEqual(flagErrors("speculative-config", JSON.stringify(config)), [`${at}.revision: ${MISSING}`]);
    }
    assert.deepEqual(flagErrors("speculative-config", { model: DRAFT, revision: REVISION }), []);
    assert.deepEqual(flagErrors("speculative-config", { model: `/models/${REVISION}` }), []);
    assert.match(
      flagErrors("speculative-config", { model: "/models/draft" }).join(),
      /has no revision: give an absolute/,
    );
  });

  for (const key of ["revision", "code_revision", "code-revision"]) {
    it(`refuses a ${key} that moves`, () => {
      const found = flagErrors("speculative-config", { model: DRAFT, revision: REVISION, [key]: "main" });
      assert.deepEqual(found, [
        `${at}.${key.replace("-", "_")}: "main" is not a commit: use the draft's 40 lower-case hex digits`,
      ]);
    });
  }

  it("takes speculation that downloads nothing", () => {
    for (const method of ["ngram", "ngram_gpu", "suffix", "mtp"]) {
      assert.deepEqual(flagErrors("speculative-config", { method, num_speculative_tokens: 2 }), [], method);
    }
    assert.deepEqual(flagErrors("speculative-config", { model: "ngram" }), []);
  });

  it("refuses speculation that is Python, and a draft by flags that take no commit", () => {
    assert.match(flagErrors("speculative-config", { model: "acme.Proposer" }).join(), /is imported as Python/);
    assert.match(
      flagErrors("speculative-config", { method: "custom_class", model: "x" }).join(),
      /imports Python by name/,
    );
    assert.match(flagErrors("spec-model", DRAFT).join(), /without its revision/);
    assert.match(flagErrors("spec-method", "mtp").join(), /without its revision/);
    const load = { model: DRAFT, revision: REVISION, draft_load_config: { load_format: "tensorizer" } };
    assert.match(
      flagErrors("speculative-config", load).join(),
      /draft_load_config\.load_format: load_format loads weights/,
    );
  });

  it("pins the model's own draft layers at the model's commit, which vLLM would take from main", () => {
    const argument = (value: unknown) =>
      serveArguments(contract({ "flags/speculative-config": reasoned(value) })).find((word) =>
        word.includes("speculative"),
      );
    const pinned = `--speculative-config={"method":"mtp","num_speculative_tokens":1,"revision":"${REVISION}"}`;
    assert.equal(argument({ method: "mtp", num_speculative_tokens: 1 }), pinned);
    assert.equal(argument('{"method": "mtp", "num_speculative_tokens": 1}'), pinned);
    assert.equal(argument({ method: "ngram" }), '--speculative-config={"method":"ngram"}');
  });

  it("pins the code that comes with a model", () => {
    const code = contract({ "flags/trust-remote-code": reasoned(true) });
    assert.ok(serveArguments(code).includes(`--code-revision=${REVISION}`));
    assert.ok(!serveArguments(contract()).some((word) => word.startsWith("--code-revision")));
  });

  const adapters = ["sql=acme/lora", '{"name": "sql", "path": "acme/lora"}', "sql=/adapters/sql", "sql=./lora"];
  for (const adapter of adapters) {
    it(`refuses adapter ${adapter}, which no commit pins`, () => {
      assert.match(flagErrors("lora-modules", [adapter]).join(), /^flags\.lora-modules\.value: .+ has no revision/);
    });
  }

  it("takes an adapter, a config and a generation config by a path that names the commit", () => {
    assert.deepEqual(flagErrors("lora-modules", [`sql=/adapters/${REVISION}`]), []);
    assert.deepEqual(flagErrors("default-mm-loras", { audio: `/adapters/${REVISION}` }), []);
    assert.match(flagErrors("default-mm-loras", { audio: "acme/lora" }).join(), /has no revision/);
    for (const flag of ["hf-config-path", "generation-config"]) {
      assert.deepEqual(flagErrors(flag, `/configs/${REVISION}`), []);
      assert.match(flagErrors(flag, "acme/config").join(), /has no revision/);
    }
  });
});

describe("credentials in a contract", () => {
  const found: Array<[form: string, text: string]> = [
    ["a password in a URL", "https://user:s3cr3t@hub.example.org"],
    ["a password in a URL", "redis://:a:b@c@cache"],
    ["a token of Hugging Face", `hf_${"a1".repeat(17)}`],
    ["a key of OpenAI's or Anthropic's form", `sk-${"a1".repeat(20)}`],
    ["an AWS access key", `AKIA${"A1".repeat(8)}`],
    ["a token of GitHub", `github_pat_${"a1".repeat(20)}`],
    ["a private key", "-----BEGIN EC PRIVATE KEY-----"],
    ["a JSON Web Token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"],
    ["an authorization header", "Bearer 0123456789abcdef"],
  ];
  for (const [form, text] of found) {
    it(`finds ${form} in flags, variables and reasons, at any depth, and never shows it`, () => {
      const places: Array<[change: Record<string, unknown>, at: string]> = [
        [{ "flags/chat-template": reasoned(text) }, "flags.chat-template.value"],
        [{ "flags/seed": reasoned(text) }, "flags.seed.value"],
        [{ "flags/media-io-kwargs": reasoned({ image: [{ a: text }] }) }, "flags.media-io-kwargs.value"],
        [{ "flags/seed": reasoned(1, `see ${text}`) }, "flags.seed.reason"],
        [{ "env/SETTING": reasoned(text) }, "env.SETTING.value"],
        [{ "env/SETTING": reasoned("1", `see ${text}`) }, "env.SETTING.reason"],
      ];
      for (const [change, at] of places) {
        const lines = errors(change);
        assert.equal(lines.length, 1, lines.join("\n"));
        assert.ok(
          lines[0]!.startsWith(`${at}: holds what looks like ${form}, and a contract is plain text: `),
          lines[0],
        );
        assert.ok(!lines[0]!.includes(text));
      }
    });
  }

  it("takes references and what only sounds so", () => {
    const fine = [
      "https://example.org:8080/v1",
      "http://[::1]:80/a@b",
      "risk-assessment-of-requests",
      "bearer of news",
    ];
    for (const text of [...fine, "basic understanding of vLLM", "task-0123456789abcdef01"]) {
      for (const [form, pattern] of CREDENTIAL_FORMS) assert.ok(!pattern.test(text), `${form}: ${text}`);
    }
  });

  it("refuses a reference by which Kubernetes would put a Secret's value into an argument", () => {
    const way = "has $(…), where Kubernetes would put a variable's value: write the value itself";
    assert.deepEqual(flagErrors("fingerprint-value", "$(VLLM_API_KEY)"), [`flags.fingerprint-value.value: ${way}`]);
    assert.deepEqual(flagErrors("media-io-kwargs", { image: { "$(HF_TOKEN)": 1 } }), [
      `flags.media-io-kwargs.value: ${way}`,
    ]);
    assert.deepEqual(envErrors("SETTING", "$$$(HF_TOKEN)"), [`env.SETTING.value: ${way}`]);
    assert.deepEqual(envErrors("SETTING", "$$(HF_TOKEN)"), []);
    assert.deepEqual(flagErrors("chat-template", "{{ '$(' }} $HOME"), []);
  });

  it("judges long text in linear time", () => {
    fc.assert(
      fc.property(fc.constantFrom("://a:", "eyJ", "Bearer a", "sk-", "hf_", "://", "a@"), (part) => {
        const text = part.repeat(20_000);
        const started = performance.now();
        for (const pattern of CREDENTIAL_FORMS.values()) pattern.test(text);
        assert.ok(performance.now() - started < 1000, part);
      }),
      { numRuns: 14 },
    );
  });
});
