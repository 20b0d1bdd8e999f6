-- Which model a name leads to, and the list of a tenant's models.

local models = {}

local function has(list, value)
  for _, item in ipairs(list) do
    if item == value then
      return true
    end
  end
  return false
end

local function unknown(name, known)
  refusals.refuse(404, "The model " .. refusals.shown(name) .. " does not exist or you do not have access to it.", {
    param = "model",
    code = "model_not_found",
    outcome = known and "forbidden" or "validation",
  })
end

local function holds(way, request)
  if way.tier and way.tier ~= request.tier then
    return false
  end
  for _, need in ipairs(way.needs or {}) do
    if not request.needs[need] then
      return false
    end
  end
  return not way.overBytes or request.bytes >= way.overBytes
end

local function wayOf(ways, request)
  for _, way in ipairs(ways) do
    if holds(way, request) then
      return way
    end
  end
end

-- The name that the engine has to read: an adapter's own, or what the model's releases and fallbacks go by.
-- @return the model's key, its entry and that name; refuses with the same 404 what is not there and what the tenant was not given
function models.resolve(name, tenant, request)
  local decides = request.decides
  local served, ways = decides.names[name], decides.aliases[name]
  if not served and ways then
    served = wayOf(ways, request)
    if not served and models.mayUse(ways, tenant) then
      refusals.refuse(400, "No model of " .. refusals.shown(name) .. " takes a request such as this one.", { param = "model", code = "no_model_for_request" })
    end
  end
  local model = served and decides.models[served.model]
  if not model or not has(tenant.models, served.model) then
    unknown(name, decides.names[name] or ways)
  end
  return served.model, model, served.keep and name or model.rewrite
end

-- Whether an alias leads the tenant anywhere.
function models.mayUse(ways, tenant)
  for _, way in ipairs(ways) do
    if has(tenant.models, way.model) then
      return true
    end
  end
  return false
end

function models.answers(model, path)
  return has(model.paths, path)
end

-- The one model of the tenant that answers a path whose body is not read.
function models.only(path, tenant, decides)
  local found
  for _, key in ipairs(tenant.models) do
    local model = decides.models[key]
    if model and has(model.paths, path) then
      if found then
        return nil, true
      end
      found = key
    end
  end
  return found, false
end

local function entry(name, model, parent)
  return '{"id":' .. writing.quote(name) .. ',"object":"model","created":0,"owned_by":"vllm","root":' .. writing.quote(parent) ..
    ',"max_model_len":' .. string.format("%d", model.context) .. "}"
end

-- @return the entry of a name as the tenant sees it, or nil
local function visible(name, tenant, decides)
  local served, ways = decides.names[name], decides.aliases[name]
  if served then
    local model = decides.models[served.model]
    return model and has(tenant.models, served.model) and entry(name, model, served.model) or nil
  end
  for _, way in ipairs(ways or {}) do
    if has(tenant.models, way.model) and decides.models[way.model] then
      return entry(name, decides.models[way.model], way.model)
    end
  end
end

-- @return the body of GET /v1/models: names, adapters and aliases in order
function models.list(tenant, decides)
  local names = {}
  for name in pairs(decides.names) do
    names[#names + 1] = name
  end
  for name in pairs(decides.aliases) do
    if not decides.names[name] then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  local entries = {}
  for _, name in ipairs(names) do
    entries[#entries + 1] = visible(name, tenant, decides)
  end
  return '{"object":"list","data":[' .. table.concat(entries, ",") .. "]}"
end

-- @return the body of GET /v1/models/<name>; `given` is as it stands in the path
function models.one(given, tenant, decides)
  local name = string.gsub(given, "%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end)
  local found = visible(name, tenant, decides)
  if not found then
    unknown(name, decides.names[name] or decides.aliases[name])
  end
  return found
end

return models
