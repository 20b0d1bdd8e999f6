-- Whether an answer that was asked for as JSON is JSON, in bounded memory: a release that breaks formats answers 200 all the same.

local contents = {}

-- Of an answer, and of one choice's text. Of what is longer nothing is said.
local MAX_BYTES = 1048576

-- Chat, completions and responses, whole and in parts.
local CHOICE = {
  members = { index = true, text = true, message = { members = { content = true } }, delta = { members = { content = true } } },
}
local SHAPE = {
  members = {
    choices = { items = CHOICE },
    output = { items = { members = { content = { items = { members = { type = true, text = true } } } } } },
    type = true,
    delta = true,
  },
}

-- Each text by its choice; `bytes` of all.
function contents.reader()
  return { texts = {}, bytes = 0, whole = {} }
end

local function add(reader, index, node)
  if node and node.kind == "string" then
    reader.bytes = reader.bytes + #node.value
    local parts = reader.texts[index] or {}
    parts[#parts + 1] = node.value
    reader.texts[index] = parts
  end
end

local function member(node, name)
  return node and node.members and node.members[name]
end

local function read(reader, text)
  local node = json.read(text, SHAPE)
  for at, choice in ipairs((member(node, "choices") or {}).items or {}) do
    local index = (member(choice, "index") or {}).value or at
    add(reader, index, member(choice, "text"))
    add(reader, index, member(member(choice, "message"), "content"))
    add(reader, index, member(member(choice, "delta"), "content"))
  end
  for at, item in ipairs((member(node, "output") or {}).items or {}) do
    for _, part in ipairs((member(item, "content") or {}).items or {}) do
      if (member(part, "type") or {}).value == "output_text" then
        add(reader, at, member(part, "text"))
      end
    end
  end
  if (member(node, "type") or {}).value == "response.output_text.delta" then
    add(reader, 1, member(node, "delta"))
  end
end

-- Takes an event of a stream.
function contents.event(reader, event)
  local data = string.match(event, "^data:%s*({.*})") or string.match(event, "\ndata:%s*({.*})")
  if data and reader.bytes <= MAX_BYTES then
    read(reader, data)
  end
end

-- Takes the next bytes of a whole answer.
function contents.feed(reader, bytes)
  reader.bytes = reader.bytes + #bytes
  if reader.bytes <= MAX_BYTES then
    reader.whole[#reader.whole + 1] = bytes
  end
end

-- @return valid or invalid; nil where there is no text, such as in a call of a tool, or more than is read
function contents.verdict(reader)
  if reader.bytes > MAX_BYTES then
    return nil
  end
  if #reader.whole > 0 then
    read(reader, table.concat(reader.whole))
    reader.whole = {}
  end
  local verdict
  for _, parts in pairs(reader.texts) do
    if not json.read(table.concat(parts), true) then
      return "invalid"
    end
    verdict = "valid"
  end
  return verdict
end

return contents
