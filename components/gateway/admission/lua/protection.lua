-- The bounds of a request, and the edits that its body needs.

local protection = {}

-- What of a body is kept to decide by. Parts of messages are asked for their kind alone.
local PART = { members = { type = true, image_url = true, video_url = true, image_embeds = true, image_pil = true, image = true, input_image = true } }
local MESSAGES = { items = { members = { type = true, content = { items = PART } } } }
local KIND = { members = { type = true } }

protection.shape = {
  members = {
    model = true, messages = MESSAGES, input = MESSAGES, prompt = { items = {} }, stream = true,
    stream_options = { members = { include_usage = true } }, max_tokens = true, max_completion_tokens = true, max_output_tokens = true,
    n = true, best_of = true, stop = true, tools = true, functions = true, response_format = KIND, structured_outputs = { members = { json = true, json_object = true } },
    text = { members = { format = KIND } }, priority = true, echo = true, logprobs = true,
    chat_template_kwargs = { members = { chat_template = true, tokenize = true } },
  },
  rest = {},
}
for name in pairs(REFUSED_PARAMETERS) do
  protection.shape.members[name] = protection.shape.members[name] or true
end

-- The parameter that bounds completion tokens, by path; the first is the one that a default is written to.
local TOKENS = {
  ["/v1/chat/completions"] = { "max_completion_tokens", "max_tokens" },
  ["/v1/completions"] = { "max_tokens" },
  ["/v1/responses"] = { "max_output_tokens" },
}

local VISION = { image_url = true, video_url = true, image_embeds = true, image_pil = true, image = true, input_image = true, input_video = true, video = true }
local JSON_FORMATS = { json_object = true, json_schema = true, structural_tag = true, regex = true, grammar = true }

local function invalid(param, message, code)
  refusals.refuse(400, message, { param = param, code = code })
end

local function given(body, name)
  local node = body.members[name]
  return node and node.kind ~= "null" and node or nil
end

-- A whole number as the engine reads it. Text and truth values are refused: the engine would turn "9999" and true into numbers.
local function whole(body, name, least)
  local node = given(body, name)
  if not node then
    return nil
  end
  if node.kind ~= "number" or node.value ~= math.floor(node.value) or node.value < least then
    invalid(name, name .. " has to be a whole number of at least " .. least .. ".", "invalid_value")
  end
  return node.value
end

local function flag(body, name)
  local node = given(body, name)
  if not node then
    return false
  end
  if node.kind ~= "true" and node.kind ~= "false" then
    invalid(name, name .. " has to be true or false.", "invalid_type")
  end
  return node.value
end

local function shows(messages)
  for _, message in ipairs(messages and messages.items or {}) do
    local parts = message.members and message.members.content
    for _, part in ipairs(parts and parts.items or {}) do
      for name, node in pairs(part.members or {}) do
        if name ~= "type" and node.kind ~= "null" or VISION[node.value] then
          return true
        end
      end
    end
  end
  return false
end

local function formatOf(body)
  local format = given(body, "response_format")
  local text = given(body, "text")
  local inner = text and text.members and text.members.format
  local kind = (format and format.members and format.members.type) or (inner and inner.members and inner.members.type)
  return kind and kind.value
end

-- @return whether each text of the answer has to be a JSON value
function protection.wantsJson(body)
  local format, structured = formatOf(body), given(body, "structured_outputs")
  local asked = structured and structured.members or {}
  return format == "json_object" or format == "json_schema" or asked.json ~= nil or asked.json_object ~= nil
end

-- @return what the request needs of a model
function protection.needs(body)
  local tools, functions = given(body, "tools"), given(body, "functions")
  return {
    json = JSON_FORMATS[formatOf(body) or ""] or given(body, "structured_outputs") ~= nil,
    tools = (tools and tools.count or 0) > 0 or (functions and functions.count or 0) > 0,
    vision = shows(body.members.messages) or shows(body.members.input),
  }
end

-- Nothing is asked for with null, false or 0: libraries send those for what they leave alone.
local function asks(node)
  return node and node.kind ~= "null" and node.kind ~= "false" and not (node.kind == "number" and node.value == 0)
end

local function parameters(body, model)
  for name in pairs(REFUSED_PARAMETERS) do
    if asks(body.members[name]) then
      invalid(name, "The parameter '" .. name .. "' is not supported.", "unsupported_parameter")
    end
  end
  for _, name in ipairs(model.unsupported) do
    if asks(body.members[name]) then
      invalid(name, "The parameter '" .. name .. "' is not supported by this model.", "unsupported_parameter")
    end
  end
  local template = given(body, "chat_template_kwargs")
  for name in pairs(template and template.members or {}) do
    invalid("chat_template_kwargs", "chat_template_kwargs may not hold '" .. name .. "'.", "unsupported_parameter")
  end
  -- The engine computes a prompt's logprobs for these two together.
  if given(body, "prompt") and flag(body, "echo") and asks(body.members.logprobs) then
    invalid("echo", "echo is not supported together with logprobs.", "unsupported_parameter")
  end
end

local function answers(body, model)
  local n = math.max(whole(body, "n", 1) or 1, whole(body, "best_of", 1) or 1)
  local prompt, prompts = given(body, "prompt"), 1
  if prompt and prompt.kind == "array" and prompt.items[1] and prompt.items[1].kind ~= "number" then
    prompts = prompt.count
  end
  if n * prompts > model.choices then
    invalid(prompts > 1 and "prompt" or "n", "A request may ask for at most " .. model.choices .. " answers (n for each prompt).", "too_many_choices")
  end
  local stop = given(body, "stop")
  if stop and stop.kind == "array" and stop.count > model.stopSequences then
    invalid("stop", "A request may have at most " .. model.stopSequences .. " stop sequences.", "too_many_stop_sequences")
  end
end

local function appended(edits, name, text)
  edits.more[#edits.more + 1] = writing.quote(name) .. ":" .. text
end

-- Writes a member of the body's object: in the place of its value, or at the end.
local function set(body, edits, name, text)
  local node = body.members[name]
  if node then
    edits[#edits + 1] = { node.first, node.last, text }
  else
    appended(edits, name, text)
  end
end

local function tokens(body, path, model, edits)
  local names = TOKENS[path]
  if not names then
    return
  end
  local asked = false
  for _, name in ipairs({ "max_completion_tokens", "max_tokens", "max_output_tokens" }) do
    local value = whole(body, name, 1)
    if value and value > model.maxTokens then
      invalid(name, name .. " is " .. string.format("%.0f", value) .. "; at most " .. model.maxTokens .. " can be asked for.", "max_tokens_too_large")
    end
    for _, heard in ipairs(names) do
      asked = asked or (value ~= nil and heard == name)
    end
  end
  local default = model.defaultMaxTokens or (model.maxTokens < model.context and model.maxTokens)
  if not asked and default then
    set(body, edits, names[1], string.format("%d", default))
  end
end

-- The engine tells a stream's tokens only when asked.
-- @return whether the program asks for it in the client's place, so that the answer's last chunk is not the client's
local function usage(body, path, edits)
  if path ~= "/v1/chat/completions" and path ~= "/v1/completions" or not flag(body, "stream") then
    return false
  end
  local options = given(body, "stream_options")
  if options and options.kind ~= "object" then
    invalid("stream_options", "stream_options has to be an object.", "invalid_type")
  end
  local include = options and options.members.include_usage
  if include and include.kind == "true" then
    return false
  elseif include and include.kind ~= "false" and include.kind ~= "null" then
    invalid("stream_options", "stream_options.include_usage has to be true or false.", "invalid_type")
  end
  set(body, edits, "stream_options", '{"include_usage":true}')
  return true
end

-- Checks a body against its model's bounds.
-- @return the text that the engine gets, and whether the stream's usage was asked for in the client's place
function protection.apply(text, body, request, model, rewrite)
  if #text > model.promptBytes then
    refusals.refuse(413, "The request has " .. #text .. " bytes; the model takes at most " .. model.promptBytes .. ".", { code = "request_too_large" })
  end
  for need in pairs(request.needs) do
    for _, lack in ipairs(model.lacks or {}) do
      if lack == need and request.needs[need] then
        invalid(nil, "The model does not take requests that need " .. need .. ".", "unsupported_feature")
      end
    end
  end
  parameters(body, model)
  answers(body, model)
  local edits = { more = {} }
  tokens(body, request.path, model, edits)
  local asks = usage(body, request.path, edits)
  if model.usesPriority then
    set(body, edits, "priority", string.format("%d", request.priority))
  end
  set(body, edits, "model", writing.quote(rewrite))
  if #edits.more > 0 then
    local comma = body.count > 0 and "," or ""
    edits[#edits + 1] = { body.last, body.last - 1, comma .. table.concat(edits.more, ",") }
  end
  return writing.edit(text, edits), asks
end

return protection
