-- What Envoy calls. An error in the program refuses the request; its text is of the program, never of the request.

local function refused(handle, how)
  admission.note(handle, { outcome = how.outcome or refusals.outcome(how.status) })
  admission.keep(handle, { own = true })
  local headers = { [":status"] = tostring(how.status), ["content-type"] = "application/json" }
  for name, value in pairs(how.headers or {}) do
    headers[name] = value
  end
  handle:respond(headers, refusals.body(how.status, how.message, how.param, how.code))
end

function envoy_on_request(handle)
  local fine, problem = pcall(admission.decide, handle)
  if fine then
    return
  end
  if type(problem) == "table" and problem.refusal then
    refused(handle, problem.refusal)
  else
    handle:logErr("admission: " .. tostring(problem))
    refused(handle, { status = 500, message = refusals.message(500) })
  end
end

function envoy_on_response(handle)
  local fine, problem = pcall(answers.pass, handle)
  if not fine then
    handle:logErr("answer: " .. tostring(problem))
  end
end
