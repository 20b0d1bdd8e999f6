-- Reads JSON strictly, as far as the engine would read it the same way: what two readers could understand differently is refused.
-- Nothing but what a shape asks for is kept, so that a body of megabytes makes no tables.
--
-- A shape is `true` (keep the value), { members = { key = shape }, rest = shape of other members, items = shape }, or EVERYTHING.
-- A node is { kind, first, last, value?, count?, members?, items? }; first and last are byte positions in the text. Values that are no
-- objects or arrays are kept for `true` and EVERYTHING alone, and of an array of such values only the first has a node.

local byte, sub, char, concat, floor = string.byte, string.sub, string.char, table.concat, math.floor

local EVERYTHING = {}
local MAX_DEPTH = 64
local MAX_KEYS = 100000
-- Python turns no longer text into a whole number than 4,300 digits; no client needs more than a double's.
local MAX_NUMBER_BYTES = 128

local ESCAPED = { [34] = '"', [47] = "/", [92] = "\\", [98] = "\b", [102] = "\f", [110] = "\n", [114] = "\r", [116] = "\t" }

-- One text is read at a time, without a pause: these are its state.
local text = ""
local keys = 0

local function fail(what, at)
  error({ json = what .. " (byte " .. at .. ")" }, 0)
end

local function utf8(point)
  if point < 128 then
    return char(point)
  elseif point < 2048 then
    return char(192 + floor(point / 64), 128 + point % 64)
  elseif point < 65536 then
    return char(224 + floor(point / 4096), 128 + floor(point / 64) % 64, 128 + point % 64)
  end
  return char(240 + floor(point / 262144), 128 + floor(point / 4096) % 64, 128 + floor(point / 64) % 64, 128 + point % 64)
end

local function continues(b)
  return b and b >= 128 and b < 192
end

-- The position after the character at `at`, whose first byte is b, over 127: well-formed UTF-8 only (RFC 3629: no surrogates, no longer form
-- than needed).
local function character(given, at, b)
  local second = byte(given, at + 1)
  if continues(second) then
    if b >= 194 and b < 224 then
      return at + 2
    elseif b >= 224 and b < 240 then
      if continues(byte(given, at + 2)) and not (b == 224 and second < 160) and not (b == 237 and second >= 160) then
        return at + 3
      end
    elseif b >= 240 and b < 245 then
      if continues(byte(given, at + 2)) and continues(byte(given, at + 3)) and not (b == 240 and second < 144) and not (b == 244 and second >= 144) then
        return at + 4
      end
    end
  end
  fail("invalid UTF-8", at)
end

local function digit(b)
  if b and b >= 48 and b < 58 then
    return b - 48
  elseif b and b >= 97 and b < 103 then
    return b - 87
  elseif b and b >= 65 and b < 71 then
    return b - 55
  end
end

-- The number of four hexadecimal digits.
local function unit(at)
  local point = 0
  for offset = 0, 3 do
    local value = digit(byte(text, at + offset))
    if not value then
      fail("an invalid escape", at)
    end
    point = point * 16 + value
  end
  return point
end

-- `at` is the backslash. Returns the position after the escape and the characters it means.
local function escape(at)
  local b = byte(text, at + 1)
  if b ~= 117 then
    local plain = ESCAPED[b or 0]
    if not plain then
      fail("an invalid escape", at)
    end
    return at + 2, plain
  end
  local point = unit(at + 2)
  if point >= 56320 and point < 57344 then
    fail("half of a surrogate pair", at)
  end
  if point >= 55296 and point < 56320 then
    if sub(text, at + 6, at + 7) ~= "\\u" then
      fail("half of a surrogate pair", at)
    end
    local low = unit(at + 8)
    if low < 56320 or low >= 57344 then
      fail("half of a surrogate pair", at)
    end
    return at + 12, utf8(65536 + (point - 55296) * 1024 + (low - 56320))
  end
  return at + 6, utf8(point)
end

-- The first byte from `at` that a string cannot hold as it is: a quote, a backslash, a control character or none. One loop over bytes, which
-- LuaJIT compiles, as it does no pattern.
local function plainUntil(given, at)
  local b = byte(given, at)
  while b and b >= 32 and b ~= 34 and b ~= 92 do
    at = b < 128 and at + 1 or character(given, at, b)
    b = byte(given, at)
  end
  return at, b
end

-- `at` is the opening quote. Returns the position after the closing one, and the value if it is to be kept.
local function readString(at, keep)
  local from = at + 1
  local parts
  local position = from
  while true do
    local stop, b = plainUntil(text, position)
    if not b then
      fail("a string without its end", at)
    elseif b == 34 then
      if not keep then
        return stop + 1
      end
      local rest = sub(text, from, stop - 1)
      if parts then
        parts[#parts + 1] = rest
        rest = concat(parts)
      end
      return stop + 1, rest
    elseif b == 92 then
      local after, means = escape(stop)
      if keep then
        parts = parts or {}
        parts[#parts + 1] = sub(text, from, stop - 1)
        parts[#parts + 1] = means
        from = after
      end
      position = after
    else
      fail("a control character in a string", stop)
    end
  end
end

local function digitsUntil(given, at)
  local b = byte(given, at)
  while b and b >= 48 and b < 58 do
    at = at + 1
    b = byte(given, at)
  end
  return at, b
end

local function readNumber(at, keep)
  local start = byte(text, at) == 45 and at + 1 or at
  local position, b = digitsUntil(text, start)
  if position == start then
    fail("no value", at)
  end
  if position > start + 1 and byte(text, start) == 48 then
    fail("a number with a leading zero", at)
  end
  if b == 46 then
    local from = position + 1
    position, b = digitsUntil(text, from)
    if position == from then
      fail("a number without digits after its point", at)
    end
  end
  if b == 101 or b == 69 then
    local from = position + 1
    local sign = byte(text, from)
    if sign == 43 or sign == 45 then
      from = from + 1
    end
    position = digitsUntil(text, from)
    if position == from then
      fail("a number without its exponent", at)
    end
  end
  local length = position - at
  if length > MAX_NUMBER_BYTES then
    fail("a number of more than " .. MAX_NUMBER_BYTES .. " characters", at)
  end
  -- Without an exponent, what is shorter than 300 digits is finite.
  if not keep and b ~= 101 and b ~= 69 then
    return position
  end
  local value = tonumber(sub(text, at, position - 1))
  if value == nil or value - value ~= 0 then
    fail("a number beyond what can be computed with", at)
  end
  return position, value
end

local function space(at)
  local b = byte(text, at)
  while b == 32 or b == 10 or b == 13 or b == 9 do
    at = at + 1
    b = byte(text, at)
  end
  return at
end

local readValue

local function readObject(at, shape, depth)
  local wanted = shape and shape ~= true and (shape.members or {})
  local rest = shape == EVERYTHING and EVERYTHING or shape and shape ~= true and shape.rest
  local node = shape and { kind = "object", first = at, members = {}, count = 0 }
  local seen = {}
  local position = space(at + 1)
  if byte(text, position) == 125 then
    if node then
      node.last = position
    end
    return position + 1, node
  end
  while true do
    if byte(text, position) ~= 34 then
      fail("no key where one is due", position)
    end
    local keyAt = position
    local key
    position, key = readString(position, true)
    if seen[key] then
      fail("a key twice in one object", keyAt)
    end
    seen[key] = true
    keys = keys + 1
    if keys > MAX_KEYS then
      fail("more than " .. MAX_KEYS .. " keys", keyAt)
    end
    position = space(position)
    if byte(text, position) ~= 58 then
      fail("no colon after a key", position)
    end
    local value
    position, value = readValue(space(position + 1), wanted and wanted[key] or rest, depth)
    if node then
      node.count = node.count + 1
      if value then
        node.members[key] = value
      end
    end
    position = space(position)
    local b = byte(text, position)
    if b == 125 then
      if node then
        node.last = position
      end
      return position + 1, node
    elseif b ~= 44 then
      fail("an object without its end", position)
    end
    position = space(position + 1)
  end
end

local function readArray(at, shape, depth)
  local wanted = shape == EVERYTHING and EVERYTHING or shape and shape ~= true and shape.items
  local node = shape and { kind = "array", first = at, items = {}, count = 0 }
  local position = space(at + 1)
  if byte(text, position) == 93 then
    if node then
      node.last = position
    end
    return position + 1, node
  end
  while true do
    local value
    position, value = readValue(position, wanted, depth)
    if node then
      node.count = node.count + 1
      if value and (node.count == 1 or shape == EVERYTHING or value.members or value.items) then
        node.items[#node.items + 1] = value
      end
    end
    position = space(position)
    local b = byte(text, position)
    if b == 93 then
      if node then
        node.last = position
      end
      return position + 1, node
    elseif b ~= 44 then
      fail("an array without its end", position)
    end
    position = space(position + 1)
  end
end

local function readWord(at, word, value, shape)
  if sub(text, at, at + #word - 1) ~= word then
    fail("no value", at)
  end
  return at + #word, shape and { kind = word, first = at, last = at + #word - 1, value = value }
end

function readValue(at, shape, depth)
  local b = byte(text, at)
  local keep = shape == true or shape == EVERYTHING
  if b == 34 then
    local after, value = readString(at, keep)
    return after, shape and { kind = "string", first = at, last = after - 1, value = value }
  elseif b == 123 or b == 91 then
    if depth >= MAX_DEPTH then
      fail("more than " .. MAX_DEPTH .. " levels", at)
    end
    if b == 123 then
      return readObject(at, shape, depth + 1)
    end
    return readArray(at, shape, depth + 1)
  elseif b == 116 then
    return readWord(at, "true", true, shape)
  elseif b == 102 then
    return readWord(at, "false", false, shape)
  elseif b == 110 then
    return readWord(at, "null", nil, shape)
  end
  local after, value = readNumber(at, keep)
  return after, shape and { kind = "number", first = at, last = after - 1, value = keep and value or nil }
end

local json = {}

-- @return the node that the shape asks for, or nil and what is wrong
function json.read(given, shape)
  text, keys = given, 0
  local fine, node = pcall(function()
    local position, value = readValue(space(1), shape, 0)
    position = space(position)
    if position <= #text then
      fail("something after the value", position)
    end
    return value
  end)
  text = ""
  if fine then
    return node
  elseif type(node) == "table" and node.json then
    return nil, node.json
  end
  error(node, 0)
end

local function plain(node)
  if node.kind == "object" then
    local members = {}
    for key, member in pairs(node.members) do
      members[key] = plain(member)
    end
    return members
  elseif node.kind == "array" then
    local items = {}
    for index, item in ipairs(node.items) do
      items[index] = plain(item)
    end
    return items
  end
  return node.value
end

-- @return the value as Lua's tables, or nil and what is wrong; null is nil
function json.decode(given)
  local node, wrong = json.read(given, EVERYTHING)
  if not node then
    return nil, wrong
  end
  return plain(node)
end

local QUOTED = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

function json.quote(value)
  return '"' .. string.gsub(value, '[%c"\\]', function(c)
    return QUOTED[c] or string.format("\\u%04x", byte(c))
  end) .. '"'
end

-- Puts texts in the place of byte ranges: edits are { first, last, text }, none within another.
function json.edit(given, edits)
  table.sort(edits, function(one, other)
    return one[1] < other[1]
  end)
  local parts, from = {}, 1
  for _, edit in ipairs(edits) do
    parts[#parts + 1] = sub(given, from, edit[1] - 1)
    parts[#parts + 1] = edit[3]
    from = edit[2] + 1
  end
  parts[#parts + 1] = sub(given, from)
  return concat(parts)
end

json.everything = EVERYTHING

return json
