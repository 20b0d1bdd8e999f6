import assert from "node:assert/strict";

import { isNamedSecret } from "../../../components/facts/guarded/credentials.js";

describe("isNamedSecret", () => {
  const secret = ["TOKEN", "HF_TOKEN", "hf_token", "DB_PASSWORD", "AWS_SECRET_ACCESS_KEY", "OPENAI_API_KEY", "APIKEY"];
  for (const name of [
    ...secret,
    "SSH_PRIVATE_KEY",
    "GOOGLE_CREDENTIALS",
    "X_CREDENTIAL",
    "SECRET_X",
    "PASSWD",
    "API-KEY",
    "hfToken",
    "DB_PASS",
    "MYSQL_PWD",
  ]) {
    it(`sees one in ${name}, whatever its value`, () => {
      assert.equal(isNamedSecret(name), true);
      assert.equal(isNamedSecret(name, "correct-horse"), true);
    });
  }

  const plain = ["TOKENIZERS_PARALLELISM", "MAX_TOKENS", "NCCL_DEBUG", "SECRETARY", "KEY", "MONKEY", "TOKEN_FILE"];
  for (const name of [
    ...plain,
    "GOOGLE_CREDENTIALS_PATH",
    "SECRET_DIR",
    "TOKEN_LIMIT",
    "API_KEY_HEADER",
    "PWD",
    "STOP_TOKEN",
    "SECRET_STORE",
    "TOKEN_TRACKER_TIME_UNIT",
    "TOKEN_REFRESH_INTERVAL",
    "TOKEN_ENDPOINT",
    "SECRET_ARN",
    "TOKEN_ISSUER",
    "SECRETS_PROVIDER",
    "IMAGE_PULL_SECRET",
    "imagePullSecrets",
    "SECRET_VERSION",
    "ACCESS_KEY_ROTATION_DAYS",
    "API_KEY_ENV_VAR",
    "PASSWORD_HASH_ALGORITHM",
  ]) {
    it(`sees none in ${name}, whatever its value`, () => {
      assert.equal(isNamedSecret(name), false);
      assert.equal(isNamedSecret(name, "correct-horse"), false);
    });
  }

  const switches = ["HF_HUB_DISABLE_IMPLICIT_TOKEN", "USE_API_KEY", "SKIP_TOKEN_CHECK", "ALLOW_PASSWORD_LOGIN"];
  for (const name of switches) {
    it(`sees none in the switch ${name}, but for a value that switches nothing`, () => {
      for (const value of ["0", "1", "true", "False", "yes", "on", "off", ""]) {
        assert.equal(isNamedSecret(name, value), false, value);
      }
      assert.equal(isNamedSecret(name, "correct-horse"), true);
    });
  }

  it("takes a number for a count under a name with token, and for a secret under one with password", () => {
    assert.equal(isNamedSecret("TOKEN_BUDGET", "8192"), false);
    assert.equal(isNamedSecret("DB_PASSWORD", "8192"), true);
  });

  it("sees none in what says that there is no key, and in a path", () => {
    for (const value of ["EMPTY", "sk-no-key-required", "not-needed", "dummy", "xxx", "/secrets/key.json"]) {
      assert.equal(isNamedSecret("OPENAI_API_KEY", value), false, value);
    }
  });

  it("sees none in an address, unless a word of it is as long as a secret", () => {
    for (const value of ["http://auth:8080", "https://login.example.com/oauth2/v2.0/token"]) {
      assert.equal(isNamedSecret("TOKEN_SERVER", value), false, value);
    }
    for (const value of ["https://hooks.example.com/T0/B0/Xa9Xa9Xa9Xa9Xa9Xa9", "https://a.example.com/?key=b"]) {
      assert.equal(isNamedSecret("WEBHOOK_SECRET", value), true, value);
    }
  });
});
