/** Checks of the bounds of requests. */
import { joinPath } from "../../config/parse.js";
import { given, itemsOf, type Parts } from "../../config/parts.js";
import { checkRepeated, error, type Problem, quote } from "../../config/problems.js";
import type { Protection } from "../../contract/gateway/protection.js";
import { boundsOf, contextOf } from "../../derive/gateway/bounds.js";
import type { ServedModel } from "../../derive/servedModel.js";
import type { GatewaySurroundings } from "./surroundings.js";

export function checkProtection({ gateway, path, models, modelsPath }: GatewaySurroundings): Problem[] {
  const at = `${path}.protection`;
  return [
    ...checkBounds(gateway.protection, at),
    ...given([gateway.protection], ({ bodyMiB, promptBytes }) =>
      promptBytes !== undefined && promptBytes > bodyMiB * 1024 * 1024
        ? [
            error(
              `${at}.promptBytes`,
              `${promptBytes} is more than a body may have, which is ${bodyMiB} MiB: use at most that`,
            ),
          ]
        : [],
    ),
    ...given([gateway.protection], (shared) => models.flatMap((model) => checkUsual(model, shared, at, modelsPath))),
    ...models.flatMap((model) => {
      const own = model.gateway?.protection;
      if (own === undefined) return [];
      const where = `${joinPath(modelsPath, [model.name])}.gateway.protection`;
      const context = contextOf(model);
      return [
        ...checkBounds(own, where),
        ...(own.maxTokens !== undefined && own.maxTokens > context
          ? [
              error(
                `${where}.maxTokens`,
                `${own.maxTokens} is more than the model's context of ${context} tokens: use at most that`,
              ),
            ]
          : []),
      ];
    }),
  ];
}

/** A bound of the gateway beside one of the model. */
function checkUsual(model: ServedModel, shared: Protection, path: string, modelsPath: string): Problem[] {
  const own = model.gateway?.protection;
  const { defaultMaxTokens, maxTokens } = boundsOf(model, shared);
  if (defaultMaxTokens === undefined || defaultMaxTokens <= maxTokens) return [];
  // Both of one place: that has been said.
  const [usual, most] = [own?.defaultMaxTokens ?? shared.defaultMaxTokens, own?.maxTokens];
  if (
    most !== undefined
      ? own?.defaultMaxTokens !== undefined
      : usual === shared.defaultMaxTokens && shared.maxTokens !== undefined
  )
    return [];
  const where = `${joinPath(modelsPath, [model.name])}.gateway.protection.defaultMaxTokens`;
  return [
    error(
      own?.defaultMaxTokens === undefined ? `${path}.defaultMaxTokens` : where,
      `${defaultMaxTokens} is more than the ${maxTokens} tokens that a request of ${quote(model.name)} may ask for: use at most that, ` +
        "or give the model its own",
    ),
  ];
}

/** Without these a model cannot be asked. */
const NEEDED = ["model", "messages", "prompt", "input"];
/** The API server takes five digits. */
const LONGEST_SECONDS = 86_400;

function checkBounds(bounds: Parts<Partial<Protection>>, path: string): Problem[] {
  const { maxTokens, defaultMaxTokens, requestSeconds, streamIdleSeconds, unsupported } = bounds;
  return [
    ...given([maxTokens, defaultMaxTokens], (most, usual) =>
      most !== undefined && usual !== undefined && usual > most
        ? [error(`${path}.defaultMaxTokens`, `${usual} is more than maxTokens ${most}: use at most ${most}`)]
        : [],
    ),
    ...given([requestSeconds, streamIdleSeconds], (whole, silence) =>
      whole !== undefined && silence !== undefined && silence > whole
        ? [error(`${path}.streamIdleSeconds`, `${silence} is more than requestSeconds ${whole}: use at most ${whole}`)]
        : [],
    ),
    ...itemsOf<string>(unsupported).flatMap(({ item, index }) =>
      NEEDED.includes(item)
        ? [error(`${path}.unsupported[${index}]`, `${quote(item)} is what a request consists of: leave it out`)]
        : [],
    ),
    ...given([requestSeconds], (whole) =>
      whole !== undefined && whole > LONGEST_SECONDS
        ? [error(`${path}.requestSeconds`, `${whole} is more than a day: use at most ${LONGEST_SECONDS}`)]
        : [],
    ),
    ...checkRepeated(unsupported, `${path}.unsupported`),
  ];
}
