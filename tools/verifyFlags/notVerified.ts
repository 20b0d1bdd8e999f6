/** A version whose parser cannot be asked, with the reason as its message. */
export class NotVerified extends Error {
  override readonly name = "NotVerified";
}
