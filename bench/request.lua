-- wrk: each request is one of the lines of a file (method, path, token, body; tab separated), in turn.
local lines, at = {}, 0
local thread_count = 0

function setup(thread)
  thread:set("offset", thread_count)
  thread_count = thread_count + 1
end

function init(args)
  for line in io.lines(args[1]) do
    local method, path, token, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
    lines[#lines + 1] = { method, path, token, body }
  end
  at = offset * 997
  math.randomseed(os.time() + offset)
end

function request()
  at = at + 1
  local line = lines[at % #lines + 1]
  local headers = { ["Accept-Language"] = "en" }
  if line[3] ~= "" then headers["Authorization"] = "Bearer " .. line[3] end
  if line[4] ~= "" then
    headers["Content-Type"] = "application/json"
    headers["Idempotency-Key"] = string.format("bench-%d-%d-%d", offset, at, math.random(1, 2 ^ 31))
  end
  return wrk.format(line[1], line[2], headers, line[4] ~= "" and line[4] or nil)
end
