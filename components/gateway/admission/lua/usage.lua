-- Reads the tokens of an answer as it passes, in bounded memory.

local usage = {}

local MARK = '"usage":'
-- An answer's usage has some 500 bytes; what is longer is none.
local MAX_BYTES = 16384

function usage.reader()
  return { carry = "" }
end

local function count(found, one, other)
  local digits = string.match(found, '"' .. one .. '"%s*:%s*(%d+)') or string.match(found, '"' .. other .. '"%s*:%s*(%d+)')
  return digits and #digits < 16 and tonumber(digits) or nil
end

local function note(reader, found)
  local input, output = count(found, "prompt_tokens", "input_tokens"), count(found, "completion_tokens", "output_tokens")
  local total = count(found, "total_tokens", "total_tokens")
  if input or total then
    output = output or 0
    reader.input, reader.output = input or math.max(total - output, 0), output
  end
end

-- Takes the next bytes. The last object under a key "usage" is the answer's: within a string, such as what the model wrote, the quotes have
-- backslashes, so no text can look like the key.
function usage.feed(reader, bytes)
  local text, from = reader.carry .. bytes, 1
  while true do
    local at = string.find(text, MARK, from, true)
    if not at then
      reader.carry = string.sub(text, math.max(from, #text - #MARK + 2))
      return
    end
    local value = string.find(text, "%S", at + #MARK)
    if value and string.sub(text, value, value) ~= "{" then
      from = at + #MARK
    else
      local found = value and string.match(text, "^%b{}", value)
      if found then
        note(reader, found)
        from = value + #found
      elseif #text - at < MAX_BYTES then
        reader.carry = string.sub(text, at)
        return
      else
        from = at + #MARK
      end
    end
  end
end

-- @return millionths of a dollar, rounded up so that nothing is free; prices are such millionths a million tokens
function usage.microdollars(price, input, output)
  return price and math.ceil((input * price.input + output * price.output) / 1000000) or 0
end

return usage
