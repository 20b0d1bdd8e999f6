-- Admits a request: who, which path, which model, within which bounds. Trusted headers are written last, so what stops on the way stays on
-- the admission route, whose answer is 404.

local admission = {}

-- The table that it decides by, kept once a worker until another version comes. A request goes by one table to its end: while its body comes,
-- another request may bring a newer one.
local kept, version

-- @return the table
local function current(handle)
  local context = handle:filterContext()
  local now = context:get("version")
  if kept == nil or now == nil or now ~= version then
    local read, wrong = json.decode(context:get("table") or "")
    if not read then
      error("the table of the admission program cannot be read: " .. wrong, 0)
    end
    kept, version = read, now
  end
  return kept
end

local function write(handle, namespace, values)
  local metadata = handle:streamInfo():dynamicMetadata()
  for key, value in pairs(values) do
    metadata:set(namespace, key, value)
  end
end

-- Tells quotas, logs and series.
local function note(handle, values)
  write(handle, NAMESPACE, values)
end
admission.note = note

-- Keeps what the answer's side has to know.
function admission.keep(handle, values)
  write(handle, STATE, values)
end

function admission.kept(handle)
  local found = handle:streamInfo():dynamicMetadata():get(STATE)
  return type(found) == "table" and found or {}
end

-- Takes away what no inner part may see of a client's.
local function strip(headers)
  for _, name in ipairs(STRIPPED_HEADERS) do
    headers:remove(name)
  end
end

local function pathOf(headers)
  return string.match(headers:get(":path") or "", "^([^?#]*)")
end

local function answer(handle, body)
  note(handle, { outcome = "ok" })
  admission.keep(handle, { own = true })
  handle:respond({ [":status"] = "200", ["content-type"] = "application/json" }, body)
end

local function allowed(method)
  refusals.refuse(405, "This path takes " .. method .. ".", { headers = { allow = method } })
end

local function bytesOf(handle)
  local body = handle:body()
  local length = body and body:length() or 0
  if length == 0 then
    refusals.refuse(400, "The request has no body.", { code = "invalid_json" })
  end
  return body:getBytes(0, length), body
end

local function checkType(headers, expected, said)
  if headers:get("content-encoding") then
    refusals.refuse(415, "The body may not be compressed: send no header content-encoding.", { headers = { ["accept-encoding"] = "identity" } })
  end
  local kind = string.lower(string.match(headers:get("content-type") or "", "^%s*([^;%s]*)"))
  if kind ~= expected or headers:getNumValues("content-type") ~= 1 then
    refusals.refuse(415, "The header content-type has to be " .. said .. ".")
  end
end

local function admit(handle, headers, request, modelName, model)
  local release = tenants.release(headers, request.tenant, model)
  admission.keep(handle, {
    model = modelName,
    bytes = request.bytes,
    takesUsage = request.takesUsage and true or false,
    wantsJson = request.wantsJson and true or false,
    concurrency = request.tenant.concurrency and true or false,
    retryAfter = model.retryAfterSeconds,
    price = model.price,
  })
  note(handle, { model = modelName, class = model.class, asked = request.asked, outcome = "ok" })
  note(handle, request.tenant.limits or {})
  headers:remove("accept-encoding")
  headers:replace(":path", request.path)
  headers:replace(HEADERS.tenant, request.name)
  headers:replace(HEADERS.model, modelName)
  if release then
    headers:replace(HEADERS.release, release)
  end
  if handle.clearRouteCache then
    handle:clearRouteCache()
  end
end

-- A form with sound: its fields are not read, so the tenant's one model of this path is meant.
local function form(handle, headers, request)
  checkType(headers, "multipart/form-data", "multipart/form-data")
  local key, several = models.only(request.path, request.tenant, request.decides)
  if several then
    refusals.refuse(400, "This API key has several models for this path, and a form's model is not read.", { param = "model", code = "model_ambiguous" })
  elseif not key then
    refusals.refuse(404, refusals.message(404))
  end
  local model = request.decides.models[key]
  local length = tonumber(headers:get("content-length") or "")
  if not length then
    refusals.refuse(400, "The request has to tell its length in the header content-length.", { code = "length_required" })
  elseif length > model.promptBytes then
    refusals.refuse(413, "The request has " .. length .. " bytes; the model takes at most " .. model.promptBytes .. ".", { code = "request_too_large" })
  end
  request.bytes, request.asked = length, key
  admit(handle, headers, request, key, model)
end

local function generation(handle, headers, request)
  checkType(headers, "application/json", "application/json")
  local text, buffer = bytesOf(handle)
  -- Envoy's objects end with a pause, and for the body there is one.
  headers = handle:headers()
  local body, wrong = json.read(text, protection.shape)
  if not body then
    refusals.refuse(400, "The body is not JSON that can be taken: " .. wrong .. ".", { code = "invalid_json" })
  elseif body.kind ~= "object" then
    refusals.refuse(400, "The body has to be a JSON object.", { code = "invalid_json" })
  end
  local named = body.members.model
  if not named or named.kind ~= "string" or named.value == "" then
    refusals.refuse(400, "The body has to name a model.", { param = "model", code = "model_required" })
  end
  request.bytes, request.needs, request.wantsJson = #text, protection.needs(body), protection.wantsJson(body)
  local key, model, rewrite = models.resolve(named.value, request.tenant, request)
  request.asked = named.value
  note(handle, { model = key, class = model.class, asked = request.asked })
  if not models.answers(model, request.path) then
    refusals.refuse(404, "The model " .. refusals.shown(named.value) .. " does not answer " .. request.path .. ".", { param = "model", code = "path_not_supported" })
  end
  local edited, takesUsage = protection.apply(text, body, request, model, rewrite)
  request.takesUsage = takesUsage
  buffer:setBytes(edited)
  admit(handle, headers, request, key, model)
end

function admission.decide(handle)
  local headers = handle:headers()
  local request = {}
  admission.keep(handle, { started = handle:timestamp() })
  local decides = current(handle)
  request.decides = decides
  local key
  request.name, request.tenant, key = tenants.of(headers, decides)
  note(handle, { tenant = request.name, key = key ~= "" and key or nil })
  request.path = pathOf(headers)
  request.priority = request.tenant.priority
  local method = headers:get(":method")
  strip(headers)
  local one = string.match(request.path, "^" .. MODELS_PATH .. "/(.+)$")
  if request.path == MODELS_PATH or one then
    if method ~= "GET" then
      allowed("GET")
    end
    answer(handle, one and models.one(one, request.tenant, decides) or models.list(request.tenant, decides))
    return
  elseif not CLIENT_PATHS[request.path] then
    refusals.refuse(404, refusals.message(404))
  elseif method ~= "POST" then
    allowed("POST")
  end
  request.tier = tenants.tier(headers, request.tenant)
  if CLIENT_PATHS[request.path] == "form" then
    form(handle, headers, request)
  else
    generation(handle, headers, request)
  end
end

return admission
