-- Who a request is from, by what the key check or the token check wrote.

local tenants = {}

local function only(headers, name)
  if headers:getNumValues(name) == 1 then
    return headers:get(name)
  end
end

-- @return the tenant's name, its entry, and the name of its key; refuses with 401
function tenants.of(headers, decides)
  local client, subject = only(headers, HEADERS.client), only(headers, HEADERS.subject)
  local name, key
  if client and not subject then
    name, key = string.match(client, "^([^.]+)%.?(.*)$")
  elseif subject and not client then
    name = (decides.subjects or {})[subject]
  end
  local tenant = name and decides.tenants[name]
  if not tenant then
    refusals.refuse(401, refusals.message(401))
  end
  return name, tenant, key
end

-- @return the tier of a request; refuses one that the tenant may not ask for
function tenants.tier(headers, tenant)
  local asked = headers:get(CLIENT.tier)
  if not asked then
    return tenant.tier
  end
  for _, tier in ipairs(tenant.tiers or {}) do
    if tier == asked then
      return asked
    end
  end
  refusals.refuse(400, "The header " .. CLIENT.tier .. " names a tier that this API key may not ask for.", { code = "tier_not_allowed" })
end

-- @return the release that a client asks for, or nil
function tenants.release(headers, tenant, model)
  local asked = headers:get(CLIENT.release)
  if not asked then
    return nil
  end
  if not tenant.mayChooseRelease then
    refusals.refuse(403, "This API key may not choose a release: send no header " .. CLIENT.release .. ".", { code = "release_not_allowed" })
  end
  for _, release in ipairs(model.releases) do
    if release == asked then
      return asked
    end
  end
  refusals.refuse(400, "The header " .. CLIENT.release .. " names no release of the model.", { code = "release_not_found" })
end

return tenants
