"use strict";

require("tsx/cjs");
require("./pack.ts");
