import type { Architecture } from "../../components/facts/models/architecture.js";
import type { Precision } from "../../components/facts/precisions.js";

/** A model that is asked about, wherever its shape is from. */
export interface AskedModel {
  /** Hub id, or the file. */
  name: string;
  architecture: Architecture;
  /** Of the published weights. */
  precision: Precision;
  /** Makes vectors or scores, no text. */
  isPooling: boolean;
  /** Whether a prompt has to fit into one step. */
  takesWholePrompts: boolean;
  /** Where the shape is from. */
  source: string;
  /** What its config.json has and was not read, or was taken for granted. */
  notRead: string[];
}
