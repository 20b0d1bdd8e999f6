-- What clients get back: errors in OpenAI's shape, streams as they come, and the tokens of both noted.

local answers = {}

-- `<model>/<release>` of the route that answered: another model than the admitted one is a fallback.
local function servedBy(handle, headers, state)
  local model, release = string.match(headers:get(SERVED_BY) or "", "^([^/]+)/(.+)$")
  if model then
    admission.note(handle, { release = release, model = model })
    if state.model and state.model ~= model then
      headers:replace(FALLBACK_FROM, state.model)
    end
  end
end

-- Seconds until a limit lets requests through: what the rate limit's header tells, else the rest of the minute.
local function untilReset(handle, headers)
  local told = tonumber(string.match(headers:get("x-ratelimit-reset") or "", "^%d+") or "")
  return told or 60 - math.floor(handle:timestamp() / 1000) % 60
end

local function retryAfter(handle, headers, status, seconds)
  if (status == 429 or status == 503) and not headers:get("retry-after") then
    headers:replace("retry-after", string.format("%d", math.max(1, seconds or untilReset(handle, headers))))
  end
end

local function isJson(headers)
  return string.find(string.lower(headers:get("content-type") or ""), "^application/json") ~= nil
end

local function failed(handle, headers, state, status)
  if isJson(headers) then
    retryAfter(handle, headers, status, status == 503 and (state.retryAfter or 5) or nil)
    admission.note(handle, { outcome = refusals.outcome(status) })
    return
  end
  local overloaded = headers:get("x-envoy-overloaded")
  local body = handle:body(true)
  -- Envoy's objects end with a pause.
  headers = handle:headers()
  local message
  -- A tenant's own circuit breaker is full; a model's is told as busy.
  if status == 503 and state.concurrency and (overloaded or string.find(body:getBytes(0, body:length()), "reset reason: overflow", 1, true)) then
    status, message = 429, "Too many requests of this API key at once. Wait for one to end."
    headers:replace(":status", "429")
  end
  if message or status == 503 then
    retryAfter(handle, headers, status, state.retryAfter or 5)
  else
    retryAfter(handle, headers, status)
  end
  headers:replace("content-type", "application/json")
  local said = refusals.body(status, message or refusals.message(status))
  body:setBytes(said)
  headers:replace("content-length", tostring(#said))
  admission.note(handle, { outcome = refusals.outcome(status) })
end

local function counted(handle, state, input, output)
  admission.note(handle, {
    input_tokens = input,
    output_tokens = output,
    microdollars = usage.microdollars(state.price, input, output),
  })
end

-- A client that leaves before the end has had its tokens: until the engine tells them, chunks and a quarter of the prompt's bytes count.
local function estimated(handle, state, events)
  counted(handle, state, math.ceil((state.bytes or 0) / 4), events)
end

local function passed(handle, headers, state)
  local streamed = string.find(headers:get("content-type") or "", "^text/event%-stream") ~= nil
  local tokens, events = usage.reader(), streams.reader(state.takesUsage)
  if state.takesUsage and streamed then
    headers:remove("content-length")
  end
  if streamed then
    estimated(handle, state, 0)
  end
  local texts = state.wantsJson and contents.reader()
  events.contents = streamed and texts
  local first = true
  for chunk in handle:bodyChunks() do
    local length = chunk:length()
    if length > 0 then
      if first then
        first = false
        admission.note(handle, { first_token_ms = math.max(0, handle:timestamp() - (state.started or handle:timestamp())) })
      end
      local bytes = chunk:getBytes(0, length)
      usage.feed(tokens, bytes)
      if texts and not streamed then
        contents.feed(texts, bytes)
      end
      if streamed then
        local before = events.events
        local out = streams.feed(events, bytes)
        if state.takesUsage and out ~= bytes then
          chunk:setBytes(out)
        end
        if tokens.input then
          counted(handle, state, tokens.input, tokens.output)
        elseif math.floor(events.events / 16) > math.floor(before / 16) then
          estimated(handle, state, events.events)
        end
      end
    end
  end
  if tokens.input then
    counted(handle, state, tokens.input, tokens.output)
  elseif streamed then
    estimated(handle, state, events.events)
  end
  if texts then
    admission.note(handle, { json = contents.verdict(texts) })
  end
  admission.note(handle, { outcome = events.failed and "upstream" or "ok" })
end

function answers.pass(handle)
  local headers = handle:headers()
  local status = tonumber(headers:get(":status"))
  local state = admission.kept(handle)
  if state.own then
    return
  end
  servedBy(handle, headers, state)
  if status and status >= 400 then
    failed(handle, headers, state, status)
  elseif status then
    -- A body that does not come to its end, by whichever side, stays so: the program is not told.
    admission.note(handle, { outcome = "incomplete" })
    passed(handle, headers, state)
  end
end

return answers
