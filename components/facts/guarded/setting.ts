/** What the tables of guarded settings say of a row. */

/**
 * What a setting does to an engine whose contract was reviewed without it: it *opens* endpoints, files or logs to others;
 * it *redirects* weights, tokens, prompts or compiled code from or to elsewhere; it *injects* code into the process.
 */
export type Danger = "opens" | "redirects" | "injects";

export interface GuardedSetting {
  danger: Danger;
  /** What it does, to be read after its name: `--middleware imports …`. */
  why: string;
  /** What to do instead. */
  instead: string;
  /** Where the behaviour is defined. Paths are those of vLLM 0.32.0, and the same in 0.30.0 unless {@link since} says so. */
  source: string;
  /** Values that do none of it, tried on each value of a list. @default only nothing, `false`, `{}` and `[]` */
  harmless?: RegExp;
  /** Nothing is no harmless value either: it switches a check off. */
  emptyCounts?: true;
  /** Platforms need it: only a wrong value is refused, and one that a Secret or ConfigMap holds is none. */
  needed?: true;
  /** First vLLM version that reads it. @default every version with a table */
  since?: string;
}

export interface GuardedVariables extends GuardedSetting {
  /** Names; `*` stands for any text. Case does not matter: tools read `http_proxy` as well as `HTTP_PROXY`. */
  names: readonly string[];
  /**
   * Names that only vLLM reads, and those of the hub's client that no other program has a reason for, so that they mean the
   * same in a container of any image; the others are judged where vLLM runs.
   */
  distinct?: boolean;
  /** They name a folder of caches: one that the pod has for itself is as good as the default. */
  folder?: true;
}

const HUB = "https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables";

/** Sources that several rows share. */
export const SOURCES = {
  hub: `${HUB}, huggingface_hub/constants.py 2.4.0`,
  loader: "https://man7.org/linux/man-pages/man8/ld.so.8.html",
  python: "https://docs.python.org/3/using/cmdline.html#environment-variables",
} as const;
