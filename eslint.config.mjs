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
      // One dialect: `import type { A }` where all are types, and files by their whole name.
      "@typescript-eslint/no-import-type-side-effects": "error",
      "no-restricted-syntax": [
        "error",
        {
          selector:
            ":matches(ImportDeclaration, ExportNamedDeclaration, ExportAllDeclaration)[source.value=/^\\.{1,2}\\/(?!.*\\.(js|json)$)/]",
          message: "Name the file with its ending: ./file.js",
        },
      ],
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "no-console": "error",
      eqeqeq: "error",
    },
  },
  // mocha's `it(name, async () => …)` hands its promise to mocha; resources are created for their effect.
  { files: ["test/**"], rules: { "@typescript-eslint/no-floating-promises": "off" } },
  { files: ["tools/**", "test/**"], rules: { "no-console": "off" } },
  {
    files: ["**/*.mjs", "**/*.cjs", "test/pulumiEngine/{standins,programs}/**"],
    ...tseslint.configs.disableTypeChecked,
  },
  {
    files: ["**/*.cjs", "test/pulumiEngine/{standins,programs}/**"],
    languageOptions: { globals: { module: "writable", process: "readonly", require: "readonly" } },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
);
