-- Reads JSON strictly, as far as the engine would read it the same way: what two readers could understand differently is refused.
-- Nothing but what a shape asks for is kept, so that a body of megabytes makes no tables.
--
-- A shape is `true` (keep the value), { members = { key = shape }, rest = shape of other members, items = shape }, or EVERYTHING.
-- A node is { kind, first, last, value?, count?, members?, items? }; first and last are byte positions in the text. Values that are no
-- objects or arrays are kept for `true` and EVERYTHING alone, and of an array of such values only the first has a node.

local byte, sub = string.byte, string.sub
local fail, space, readString, readNumber = scalars.fail, scalars.space, scalars.string, scalars.number

local EVERYTHING = {}
local MAX_DEPTH = 64
local MAX_KEYS = 100000

-- One text is read at a time, without a pause: these are its state.
local text = ""
local keys = 0

local readValue

local function readObject(at, shape, depth)
  local wanted = shape and shape ~= true and (shape.members or {})
  local rest = shape == EVERYTHING and EVERYTHING or shape and shape ~= true and shape.rest
  local node = shape and { kind = "object", first = at, members = {}, count = 0 }
  local seen = {}
  local position = space(text, at + 1)
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
    position, key = readString(text, position, true)
    if seen[key] then
      fail("a key twice in one object", keyAt)
    end
    seen[key] = true
    keys = keys + 1
    if keys > MAX_KEYS then
      fail("more than " .. MAX_KEYS .. " keys", keyAt)
    end
    position = space(text, position)
    if byte(text, position) ~= 58 then
      fail("no colon after a key", position)
    end
    local value
    position, value = readValue(space(text, position + 1), wanted and wanted[key] or rest, depth)
    if node then
      node.count = node.count + 1
      if value then
        node.members[key] = value
      end
    end
    position = space(text, position)
    local b = byte(text, position)
    if b == 125 then
      if node then
        node.last = position
      end
      return position + 1, node
    elseif b ~= 44 then
      fail("an object without its end", position)
    end
    position = space(text, position + 1)
  end
end

local function readArray(at, shape, depth)
  local wanted = shape == EVERYTHING and EVERYTHING or shape and shape ~= true and shape.items
  local node = shape and { kind = "array", first = at, items = {}, count = 0 }
  local position = space(text, at + 1)
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
    position = space(text, position)
    local b = byte(text, position)
    if b == 93 then
      if node then
        node.last = position
      end
      return position + 1, node
    elseif b ~= 44 then
      fail("an array without its end", position)
    end
    position = space(text, position + 1)
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
    local after, value = readString(text, at, keep)
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
  local after, value = readNumber(text, at, keep)
  return after, shape and { kind = "number", first = at, last = after - 1, value = keep and value or nil }
end

local json = {}

-- @return the node that the shape asks for, or nil and what is wrong
function json.read(given, shape)
  text, keys = given, 0
  local fine, node = pcall(function()
    local position, value = readValue(space(text, 1), shape, 0)
    position = space(text, position)
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

json.everything = EVERYTHING

return json
