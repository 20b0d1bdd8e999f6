-- JSON as text: strings, and edits of a text that is JSON already.

local byte, sub, concat = string.byte, string.sub, table.concat

local writing = {}

local QUOTED = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

function writing.quote(value)
  return '"' .. string.gsub(value, '[%c"\\]', function(c)
    return QUOTED[c] or string.format("\\u%04x", byte(c))
  end) .. '"'
end

-- Puts texts in the place of byte ranges: edits are { first, last, text }, none within another.
function writing.edit(given, edits)
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

return writing
