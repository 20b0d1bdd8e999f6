-- The strings and numbers of JSON, strictly: by loops over bytes, which LuaJIT compiles, as it does no pattern.

local byte, sub, char, concat, floor = string.byte, string.sub, string.char, table.concat, math.floor

local scalars = {}

-- Python turns no longer text into a whole number than 4,300 digits; no client needs more than a double's.
local MAX_NUMBER_BYTES = 128

local ESCAPED = { [34] = '"', [47] = "/", [92] = "\\", [98] = "\b", [102] = "\f", [110] = "\n", [114] = "\r", [116] = "\t" }

-- Ends the reading.
local function fail(what, at)
  error({ json = what .. " (byte " .. at .. ")" }, 0)
end

scalars.fail = fail

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
local function character(text, at, b)
  local second = byte(text, at + 1)
  if continues(second) then
    if b >= 194 and b < 224 then
      return at + 2
    elseif b >= 224 and b < 240 then
      if continues(byte(text, at + 2)) and not (b == 224 and second < 160) and not (b == 237 and second >= 160) then
        return at + 3
      end
    elseif b >= 240 and b < 245 then
      if continues(byte(text, at + 2)) and continues(byte(text, at + 3)) and not (b == 240 and second < 144) and not (b == 244 and second >= 144) then
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
local function unit(text, at)
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
local function escape(text, at)
  local b = byte(text, at + 1)
  if b ~= 117 then
    local plain = ESCAPED[b or 0]
    if not plain then
      fail("an invalid escape", at)
    end
    return at + 2, plain
  end
  local point = unit(text, at + 2)
  if point >= 56320 and point < 57344 then
    fail("half of a surrogate pair", at)
  end
  if point >= 55296 and point < 56320 then
    if sub(text, at + 6, at + 7) ~= "\\u" then
      fail("half of a surrogate pair", at)
    end
    local low = unit(text, at + 8)
    if low < 56320 or low >= 57344 then
      fail("half of a surrogate pair", at)
    end
    return at + 12, utf8(65536 + (point - 55296) * 1024 + (low - 56320))
  end
  return at + 6, utf8(point)
end

-- The first byte from `at` that a string cannot hold as it is: a quote, a backslash, a control character or none.
local function plainUntil(text, at)
  local b = byte(text, at)
  while b and b >= 32 and b ~= 34 and b ~= 92 do
    at = b < 128 and at + 1 or character(text, at, b)
    b = byte(text, at)
  end
  return at, b
end

-- `at` is the opening quote. Returns the position after the closing one, and the value if it is to be kept.
function scalars.string(text, at, keep)
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
      local after, means = escape(text, stop)
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

local function digitsUntil(text, at)
  local b = byte(text, at)
  while b and b >= 48 and b < 58 do
    at = at + 1
    b = byte(text, at)
  end
  return at, b
end

function scalars.number(text, at, keep)
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

-- The first byte from `at` that is no space.
function scalars.space(text, at)
  local b = byte(text, at)
  while b == 32 or b == 10 or b == 13 or b == 9 do
    at = at + 1
    b = byte(text, at)
  end
  return at
end

return scalars
