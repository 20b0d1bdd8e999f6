-- Answers in the shape of OpenAI's errors, which clients' libraries show. No message holds anything of a prompt or a key.

local refusals = {}

-- `type` and `code` by status, where a refusal names none of its own.
local KINDS = {
  [400] = { "invalid_request_error", "invalid_request" },
  [401] = { "authentication_error", "invalid_api_key" },
  [403] = { "permission_error", "permission_denied" },
  [404] = { "invalid_request_error", "not_found" },
  [405] = { "invalid_request_error", "method_not_allowed" },
  [408] = { "invalid_request_error", "request_timeout" },
  [413] = { "invalid_request_error", "request_too_large" },
  [415] = { "invalid_request_error", "unsupported_media_type" },
  [429] = { "rate_limit_error", "rate_limit_exceeded" },
  [431] = { "invalid_request_error", "request_headers_too_large" },
  [500] = { "api_error", "internal_error" },
  [502] = { "api_error", "bad_gateway" },
  [503] = { "overloaded_error", "model_busy" },
  [504] = { "api_error", "timeout" },
}

-- What is said where Envoy, or an inner part, answered without the shape.
local MESSAGES = {
  [400] = "The request is not valid.",
  [401] = "The API key is missing or not valid. Send it as 'Authorization: Bearer <key>'.",
  [403] = "This is not allowed with this API key.",
  [404] = "There is nothing at this path.",
  [408] = "The request did not arrive in time.",
  [413] = "The request is too large.",
  [429] = "The limit of this API key is reached. Try again later.",
  [431] = "The headers of the request are too large.",
  [500] = "The request could not be handled.",
  [502] = "The model's answer could not be read.",
  [503] = "The model is busy or not there. Try again later.",
  [504] = "The model did not answer in time.",
}

local OUTCOMES = { [401] = "unauthenticated", [403] = "forbidden", [408] = "timeout", [429] = "quota", [503] = "busy", [504] = "timeout" }

function refusals.kind(status)
  return KINDS[status] or (status >= 500 and KINDS[500]) or KINDS[400]
end

function refusals.message(status)
  return MESSAGES[status] or (status >= 500 and MESSAGES[500]) or MESSAGES[400]
end

-- @return how a request with this status ended, as logs and series name it
function refusals.outcome(status)
  return OUTCOMES[status] or (status >= 500 and "upstream") or (status >= 400 and "validation") or "ok"
end

local function member(value)
  return value and writing.quote(value) or "null"
end

-- @return the body of an error
function refusals.body(status, message, param, code)
  local kind = refusals.kind(status)
  return '{"error":{"message":' .. writing.quote(message) .. ',"type":' .. writing.quote(kind[1]) .. ',"param":' .. member(param) ..
    ',"code":' .. writing.quote(code or kind[2]) .. "}}"
end

-- Ends the request: `how` may have param, code, outcome and headers. Never comes back.
function refusals.refuse(status, message, how)
  how = how or {}
  how.status, how.message = status, message
  error({ refusal = how }, 0)
end

-- @return the name in quotes if it can be shown, or words for it
function refusals.shown(name)
  if #name <= 128 and string.find(name, "^[\33-\126]+$") then
    return "'" .. name .. "'"
  end
  return "of this name"
end

return refusals
