/**
 * Counts turns of the queue of promises while a program runs.
 *
 * The SDK registers a resource once its promises are done. How many turns that takes depends on the resource and on what it waits
 * for, not on how many others there are. So the turn says where a resource of one batch of models comes among those of others.
 */
export class Turns {
  /** The turn that runs. */
  current = 0;
  private counting = true;
  private active = 0;
  private readonly next = (): void => this.count();

  constructor() {
    this.count();
  }

  /** Something registered: the program has not come to a stop. */
  note(): void {
    this.active = this.current;
  }

  stop(): void {
    this.counting = false;
  }

  private count(): void {
    if (!this.counting) return;
    this.current += 1;
    // Promises come before timers and files: without a pause, a program that waits for those would wait for ever.
    if (this.current - this.active < MAX_QUIET_TURNS) queueMicrotask(this.next);
    else setImmediate(this.next);
  }
}

/** Far above what lies between two resources: 300. */
const MAX_QUIET_TURNS = 10_000;
