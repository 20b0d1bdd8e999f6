import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: [".local/", "coverage/", "dist/", "node_modules/", "policies/index.js", "components/plugin/index.js"] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "no-console": "error",
      eqeqeq: "error",
    },
  },
  // mocha's `it(name, async () => …)` hands its promise to mocha; resources are created for their effect.
  { files: ["test/**"], rules: { "@typescript-eslint/no-floating-promises": "off" } },
  { files: ["tools/**", "test/**"], rules: { "no-console": "off" } },
  { files: ["**/*.mjs", "**/*.cjs", "test/pulumiEngine/standins/**"], ...tseslint.configs.disableTypeChecked },
  {
    files: ["**/*.cjs", "test/pulumiEngine/standins/**"],
    languageOptions: { globals: { module: "writable", process: "readonly", require: "readonly" } },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
);
