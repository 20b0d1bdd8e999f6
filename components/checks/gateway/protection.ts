/** Checks of the bounds of requests. */
import { joinPath } from "../../config/parse.js";
import { given, type Parts } from "../../config/parts.js";
import { checkRepeated, error, type Problem } from "../../config/problems.js";
import type { Protection } from "../../contract/gateway/protection.js";
import { contextOf } from "../../derive/gateway/bounds.js";
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
    ...checkRepeated(unsupported, `${path}.unsupported`),
  ];
}
