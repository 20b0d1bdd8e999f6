-- Server-sent events, passed on as they come.

local streams = {}

-- An event that grows beyond this is passed on unread.
local MAX_EVENT_BYTES = 1048576

function streams.reader(takesUsage)
  return { held = "", events = 0, takesUsage = takesUsage }
end

-- The chunk that the engine sends for stream_options.include_usage: no choices, and usage.
local function tellsUsage(event)
  return string.find(event, '"choices":%s*%[%s*%]') and string.find(event, '"usage":%s*{')
end

local function note(reader, event)
  if string.find(event, "^event:") then
    -- The responses API names its events first.
    event = string.match(event, "^event:[^\r\n]*\r?\n(.*)$") or event
  end
  if string.find(event, "^data:%s*{") then
    if string.find(event, '^data:%s*{%s*"error"%s*:%s*[{"]') then
      reader.failed = true
    elseif not tellsUsage(event) then
      reader.events = reader.events + 1
      if reader.contents then
        contents.event(reader.contents, event)
      end
    end
  elseif string.find(event, "^data:%s*%[DONE%]") then
    reader.done = true
  end
end

-- Takes the next bytes.
-- @return what the client gets of them: whole events, the end of an event waits for its next bytes. Nothing is held where nothing is taken out
function streams.feed(reader, bytes)
  local text, from, parts = reader.held .. bytes, 1, {}
  local search = math.max(1, #reader.held - 3)
  while true do
    local first, last = string.find(text, "\r?\n\r?\n", search)
    if not first then
      break
    end
    local event = string.sub(text, from, last)
    if reader.unread then
      reader.unread = false
      parts[#parts + 1] = event
    else
      note(reader, event)
      if not (reader.takesUsage and tellsUsage(event)) then
        parts[#parts + 1] = event
      end
    end
    from, search = last + 1, last + 1
  end
  reader.held = string.sub(text, from)
  if #reader.held > MAX_EVENT_BYTES then
    parts[#parts + 1] = reader.held
    reader.held, reader.unread = "", true
  elseif reader.unread then
    parts[#parts + 1] = reader.held
    reader.held = string.sub(reader.held, -3)
  end
  return table.concat(parts)
end

return streams
