"use strict";

// Pulumi's language host loads a JavaScript entry; tsx reads the TypeScript behind it.
require("tsx/cjs");
module.exports = require("./index.ts");
