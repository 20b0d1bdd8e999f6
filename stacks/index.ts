/** The program's entry: `pulumi preview` and `pulumi up` run this file. */
import { main } from "./main.js";

/** What is live, by model: `pulumi stack output models`. */
export const models = main();
