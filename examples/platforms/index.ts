/** The program of this repository: each stack file beside this one describes a platform. */
export { models } from "../../stacks/index.js";
