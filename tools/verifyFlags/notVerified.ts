import { Failure } from "../failure.js";

/** A version whose parser cannot be asked, with the reason as its message. */
export class NotVerified extends Failure {
  override readonly name = "NotVerified";
}
