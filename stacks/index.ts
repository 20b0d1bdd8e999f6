/** The program's entry: `pulumi preview` and `pulumi up` run this file. */
import { main } from "./main.js";

const outputs = main();

/** What is live, by model: `pulumi stack output models`. */
export const models = outputs.then((deployed) => deployed.models);
/** The gateway's address, and the tenants' keys that the stack makes: `pulumi stack output gateway --show-secrets`. */
export const gateway = outputs.then((deployed) => deployed.gateway);
